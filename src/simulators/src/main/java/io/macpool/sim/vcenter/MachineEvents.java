package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.options.MachineEvent;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Tells what happens to machines, and on whose behalf. Under the inventory's lock. */
final class MachineEvents {

  private final Inventory inventory;
  private final Hosts hosts;
  private final Consumer<MachineEvent> told;
  private final Clock clock = Clock.systemUTC();
  private String actor = "";

  MachineEvents(Inventory inventory, Hosts hosts, Consumer<MachineEvent> told) {
    this.inventory = inventory;
    this.hosts = hosts;
    this.told = told;
  }

  /** On whose behalf the simulator acts at this moment. */
  String actor() {
    return actor;
  }

  /** What {@code work} does is done by {@code who}. */
  <T> T as(String who, Supplier<T> work) {
    String before = actor;
    actor = who;
    try {
      return work.get();
    } finally {
      actor = before;
    }
  }

  void tell(MachineEvent.Kind kind, Machine machine) {
    if (machine.folder.equals(InventoryLayout.IMAGES_FOLDER)) {
      return;
    }
    told.accept(
        new MachineEvent(
            clock.instant(),
            kind,
            machine.ref.id(),
            machine.original,
            machine.name,
            inventory.require(machine.folder).string("name"),
            hosts.name(machine.host),
            actor));
  }
}
