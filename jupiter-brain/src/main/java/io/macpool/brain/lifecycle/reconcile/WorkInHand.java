package io.macpool.brain.lifecycle.reconcile;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this process is making or destroying, or may yet appear: no round judges it, as ledger and
 * inventory may each be older than what is being done.
 */
final class WorkInHand {

  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final Reclaimer reclaimer;

  WorkInHand(LiveInstances live, Hypervisor hypervisor, Reclaimer reclaimer) {
    this.live = live;
    this.hypervisor = hypervisor;
    this.reclaimer = reclaimer;
  }

  /**
   * The names that are not to be judged.
   *
   * @param closed records that were closed and whose machines are shown again
   */
  Set<String> names(List<Instance> instances, Inventory inventory, Map<String, Instance> closed) {
    Set<String> names = new HashSet<>();
    for (Instance instance : instances) {
      if (reclaimer.isInHand(instance.id()) || mayYetAppear(instance, inventory)) {
        names.add(instance.id());
      }
    }
    for (Machine machine : inventory.machines().values()) {
      // The inventory may be older than the ledger's answer: what was recorded meanwhile, or is
      // gone and on no record any more, is not a stranger. What is on record as gone is judged: a
      // second, later confirmation tells what has come back from what is only shown late.
      String name = machine.name();
      if (reclaimer.isInHand(name)
          || reclaimer.rests(name, Optional.of(machine))
          || (live.isGone(name) && !closed.containsKey(name))
          || live.find(name).filter(i -> !instances.contains(i)).isPresent()) {
        names.add(name);
      }
    }
    return names;
  }

  /** A clone of a dead broker may still run: its slot is held until vCenter shows no such clone. */
  private boolean mayYetAppear(Instance instance, Inventory inventory) {
    return instance.ref().isEmpty()
        && inventory.machine(instance.id()).isEmpty()
        && instance
            .image()
            .flatMap(inventory::image)
            .filter(image -> hypervisor.mayBeCloning(image.ref()))
            .isPresent();
  }
}
