package io.macpool.brain.vsphere.access;

import java.util.Objects;

/**
 * Inventory paths as configured.
 *
 * @param base of the folder of images
 * @param machines of the folder that clones go to
 * @param cluster of the cluster that runs them
 */
public record InventoryPaths(String base, String machines, String cluster) {
  public InventoryPaths {
    Objects.requireNonNull(base, "base");
    Objects.requireNonNull(machines, "machines");
    Objects.requireNonNull(cluster, "cluster");
  }
}
