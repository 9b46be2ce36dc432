package io.macpool.core.fleet;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A base VM that instances are cloned from.
 *
 * @param name what clients ask for
 * @param ref the base VM in vSphere
 * @param snapshot its snapshot named {@code base}; none means that it can't be cloned
 * @param cpus processors, 0 when not known
 * @param ramMb memory in MB, 0 when not known
 * @param datastores where its disks lie: a clone's host must see every one
 * @param frozen whether it runs and is frozen, so that it can be cloned instantly
 * @param host where it is registered
 */
public record Image(
    String name,
    String ref,
    Optional<String> snapshot,
    int cpus,
    long ramMb,
    Set<String> datastores,
    boolean frozen,
    Optional<String> host) {

  public Image {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(snapshot, "snapshot");
    Objects.requireNonNull(host, "host");
    datastores = Set.copyOf(datastores);
  }
}
