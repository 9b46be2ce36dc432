package io.macpool.core.fleet;

import java.util.Objects;
import java.util.Set;

/**
 * A physical Mac as last seen.
 *
 * @param id stable for as long as the host is in the pool
 * @param name for a person
 * @param connected whether it answers
 * @param inMaintenance whether somebody has taken it out for repair
 * @param datastores ids of the storage that it sees
 */
public record Host(
    String id, String name, boolean connected, boolean inMaintenance, Set<String> datastores) {

  public Host {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    datastores = Set.copyOf(datastores);
  }
}
