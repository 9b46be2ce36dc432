package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.soap.MoRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What people do to machines in vCenter's own client, and nobody asks them why. Machines are named
 * by the name that they were made under; one that is not there is left alone. Thread-safe.
 */
public final class Administrator {

  private static final String NAME = "a person";
  private static final int FIRST_FOLDER = 100;

  private final Inventory inventory;
  private final MachineTable table;
  private final Machines machines;
  private final Hosts hosts;
  private final Witness witness;
  private final Map<String, Machine> unregistered = new HashMap<>();
  private int folders;

  Administrator(
      Inventory inventory, MachineTable table, Machines machines, Hosts hosts, Witness witness) {
    this.inventory = inventory;
    this.table = table;
    this.machines = machines;
    this.hosts = hosts;
    this.witness = witness;
  }

  /** Drags the machine into a folder beside the clones', which is made if there is none. */
  public boolean moveToFolder(String machine, String folder) {
    return with(machine, found -> table.moveToFolder(found, folder(folder)));
  }

  private MoRef folder(String name) {
    return inventory
        .child(InventoryLayout.VM_FOLDER, name)
        .orElseGet(
            () -> {
              MoRef ref = new MoRef("Folder", "group-v" + (FIRST_FOLDER + folders++));
              inventory.addEntity(
                  InventoryLayout.newFolder(
                      ref, name, InventoryLayout.VM_FOLDER, "VirtualMachine"));
              return ref;
            });
  }

  /** Gives the machine another name; it keeps reference and UUIDs. */
  public boolean rename(String machine, String name) {
    return with(machine, found -> machines.rename(found, name));
  }

  /**
   * Takes the machine out of the inventory, as when its host is removed; it runs on. Not while an
   * operation runs on it.
   */
  public boolean unregister(String machine) {
    return with(
        machine,
        found -> {
          unregistered.put(machine, found);
          table.remove(found, MachineEvent.Kind.LEFT_INVENTORY);
        });
  }

  /** Ends {@link #unregister}: the machine has a new reference, and its UUIDs as before. */
  public boolean register(String machine) {
    return asPerson(
        () -> {
          Machine gone = unregistered.remove(machine);
          if (gone == null) {
            return false;
          }
          table.addAgain(gone);
          return true;
        });
  }

  /** From now on each clone to that host fails, in its task; or no longer. */
  public void refuseClones(String host, boolean refuses) {
    inventory.locked(() -> hosts.refuseClones(hosts.named(host), refuses));
  }

  private boolean with(String machine, Consumer<Machine> action) {
    return asPerson(
        () -> {
          Optional<Machine> found =
              table.all().stream()
                  .filter(m -> m.original.equals(machine) && !m.busy && !m.unfinished)
                  .findFirst();
          found.ifPresent(action);
          return found.isPresent();
        });
  }

  private boolean asPerson(java.util.function.Supplier<Boolean> action) {
    return inventory.locked(() -> witness.as(NAME, action));
  }
}
