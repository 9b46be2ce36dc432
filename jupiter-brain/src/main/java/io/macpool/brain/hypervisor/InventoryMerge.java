package io.macpool.brain.hypervisor;

import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Makes one inventory of several providers'. */
final class InventoryMerge {

  private InventoryMerge() {}

  /**
   * One inventory of all.
   *
   * @param seen what is known of one, by its name
   * @param trouble why nothing is
   */
  static Inventory of(
      List<Providers.Provider> all,
      long version,
      Function<String, Optional<Inventory>> seen,
      Function<String, String> trouble) {
    Map<String, Host> hosts = new LinkedHashMap<>();
    Map<String, Image> images = new LinkedHashMap<>();
    Map<String, Machine> machines = new LinkedHashMap<>();
    List<Machine> others = new ArrayList<>();
    for (Providers.Provider provider : all) {
      Optional<Inventory> known = seen.apply(provider.name());
      Inventory part = known.orElseGet(provider.hypervisor()::lastKnown);
      String why = provider.name() + " can't be seen: " + trouble.apply(provider.name());
      part.hosts()
          .forEach(
              (id, host) -> {
                Host named = host.of(provider.name());
                hosts.put(id, known.isPresent() ? named : named.unseen(why));
              });
      part.images().forEach((name, image) -> images.putIfAbsent(name, image.of(provider.name())));
      part.machines()
          .forEach(
              (id, machine) -> {
                Machine shown = known.isPresent() ? machine : machine.unseen();
                if (machines.putIfAbsent(id, shown) != null) {
                  others.add(shown);
                }
              });
      part.others().forEach(machine -> others.add(known.isPresent() ? machine : machine.unseen()));
    }
    return new Inventory(version, hosts, images, machines, others);
  }
}
