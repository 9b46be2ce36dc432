package io.macpool.core.fleet;

import java.util.Map;
import java.util.Optional;

/**
 * What vSphere showed at one moment, whole. Immutable: a change is a new inventory.
 *
 * @param version grows with each change
 * @param hosts by id
 * @param images by name
 * @param machines by name; of two VMs with one name, the one that is on
 */
public record Inventory(
    long version,
    Map<String, Host> hosts,
    Map<String, Image> images,
    Map<String, Machine> machines) {

  public static final Inventory EMPTY = new Inventory(0, Map.of(), Map.of(), Map.of());

  public Inventory {
    hosts = Map.copyOf(hosts);
    images = Map.copyOf(images);
    machines = Map.copyOf(machines);
  }

  public Optional<Machine> machine(String name) {
    return Optional.ofNullable(machines.get(name));
  }

  public Optional<Image> image(String name) {
    return Optional.ofNullable(images.get(name));
  }
}
