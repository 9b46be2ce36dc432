package io.macpool.sim.vcenter.options;

import java.util.List;
import java.util.Objects;

/**
 * A base virtual machine in the images' folder.
 *
 * @param snapshots names of its snapshots from the root down, each the child of the one before;
 *     clones are made from the one named {@code base}
 * @param frozen whether it runs and is frozen, ready for instant clones
 * @param datastores the datastores that hold it; empty: the first
 */
public record BaseImage(
    String name,
    int cpus,
    int memoryMb,
    List<String> snapshots,
    boolean frozen,
    List<String> datastores) {

  public BaseImage {
    Objects.requireNonNull(name, "name");
    snapshots = List.copyOf(snapshots);
    datastores = List.copyOf(datastores);
  }

  /** An image of 2 CPUs and 4 GiB with one snapshot, {@code base}. */
  public static BaseImage of(String name) {
    return new BaseImage(name, 2, 4096, List.of("base"), false, List.of());
  }

  public BaseImage withSnapshots(String... names) {
    return new BaseImage(name, cpus, memoryMb, List.of(names), frozen, datastores);
  }

  public BaseImage asFrozen() {
    return new BaseImage(name, cpus, memoryMb, snapshots, true, datastores);
  }

  public BaseImage onDatastores(String... names) {
    return new BaseImage(name, cpus, memoryMb, snapshots, frozen, List.of(names));
  }
}
