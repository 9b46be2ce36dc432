package io.macpool.core.fleet;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A base VM that instances are cloned from.
 *
 * @param name what clients ask for
 * @param ref what it is to its provider
 * @param version the state of it that clones share; none means that it can't be cloned
 * @param cpus processors, 0 when not known
 * @param ramMb memory in MB, 0 when not known
 * @param storage ids of where its disks lie: a clone's host must see every one
 * @param instant whether it can be cloned instantly, on its own host
 * @param host where it is registered
 */
public record Image(
    String name,
    String ref,
    Optional<String> version,
    int cpus,
    long ramMb,
    Set<String> storage,
    boolean instant,
    Optional<String> host) {

  public Image {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(host, "host");
    storage = Set.copyOf(storage);
  }
}
