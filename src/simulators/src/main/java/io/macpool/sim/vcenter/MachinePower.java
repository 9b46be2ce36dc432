package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.guest.GuestRunner;
import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.options.MachineEvent;
import java.time.Duration;
import java.util.function.Consumer;

/** Switches machines on and off, and their guests with them. Under the inventory's lock. */
final class MachinePower {

  private final Inventory inventory;
  private final MachineTable table;
  private final GuestRunner guests;
  private final SimulatorClock clock;
  private final MachineEvents witness;

  MachinePower(
      Inventory inventory,
      MachineTable table,
      GuestRunner guests,
      SimulatorClock clock,
      MachineEvents witness) {
    this.witness = witness;
    this.inventory = inventory;
    this.table = table;
    this.guests = guests;
    this.clock = clock;
  }

  /** Ends the guest, outside the lock, and then runs {@code done}. */
  Consumer<Runnable> killGuest(Machine machine) {
    return done -> guests.kill(machine.original, done);
  }

  /** Switches a machine on at once; its guest boots after {@code boot}. */
  void switchOn(Machine machine, Duration boot) {
    machine.poweredOn = true;
    machine.suspended = false;
    int change = ++machine.powerChanges;
    table.showPower(machine);
    witness.tell(MachineEvent.Kind.POWERED_ON, machine);
    if (machine.frozen) {
      return;
    }
    clock.after(
        boot,
        () ->
            guests.boot(
                machine.original,
                () -> inventory.locked(() -> machine.poweredOn && machine.powerChanges == change),
                address ->
                    inventory.locked(
                        () -> {
                          if (machine.poweredOn && machine.powerChanges == change) {
                            table.showGuest(machine, address);
                          }
                        })));
  }

  /** Switches a machine off; its guest is dead already. */
  void switchOff(Machine machine) {
    off(machine);
    witness.tell(MachineEvent.Kind.POWERED_OFF, machine);
  }

  private void off(Machine machine) {
    machine.poweredOn = false;
    machine.suspended = false;
    machine.powerChanges++;
    machine.frozen = false;
    table.showPower(machine);
    table.showGuest(machine, null);
    inventory.set(machine.ref, "runtime.instantCloneFrozen", false);
    inventory.set(machine.ref, "summary.runtime.instantCloneFrozen", false);
  }

  /** Suspends a machine that is on: its guest stands still and reports nothing. */
  void suspend(Machine machine) {
    machine.poweredOn = false;
    machine.suspended = true;
    machine.powerChanges++;
    table.showPower(machine);
    table.showGuest(machine, null);
  }

  /** The machine dies with its host: off, without a task. */
  void crash(Machine machine) {
    if (machine.poweredOn) {
      off(machine);
      witness.tell(MachineEvent.Kind.CRASHED, machine);
      guests.kill(machine.original, () -> {});
    }
  }
}
