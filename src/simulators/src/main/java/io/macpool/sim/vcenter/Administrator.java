package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.MachineEvent;
import io.macpool.sim.vcenter.soap.MoRef;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
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
  private final MachineEvents witness;
  private final Map<String, Machine> unregistered = new HashMap<>();
  private int folders;

  Administrator(
      Inventory inventory,
      MachineTable table,
      Machines machines,
      Hosts hosts,
      MachineEvents witness) {
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

  /** Suspends the machine, which must be on. */
  public boolean suspend(String machine) {
    return with(machine, machines::suspend);
  }

  /** Ends {@link #suspend}. */
  public boolean resume(String machine) {
    return with(machine, machines::resume);
  }

  /**
   * Clones the machine by hand, to look at what it did, say: the copy is off, and bears all extra
   * settings of the original.
   */
  public boolean copy(String machine, String folder, String name) {
    return with(machine, found -> table.copy(found, folder(folder), name));
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

  /**
   * The host has booted at that time, with nothing on it.
   *
   * @throws IllegalStateException if a machine runs there, as a reboot would have ended it
   */
  public void rebooted(String host, Instant at) {
    inventory.locked(
        () -> {
          MoRef ref = hosts.named(host);
          if (hosts.load(ref) > 0) {
            throw new IllegalStateException(host + " was rebooted under " + hosts.load(ref));
          }
          hosts.booted(ref, at);
        });
  }

  /** The host has been up since then, as vCenter tells it. */
  public void upSince(String host, Instant at) {
    inventory.locked(() -> hosts.booted(hosts.named(host), at));
  }

  /**
   * vCenter sees the machine in that state, while it runs on. Of one that is {@code inaccessible},
   * {@code orphaned} or {@code invalid} it knows neither name nor configuration: its file's path
   * stands for its name. {@code connected} ends it.
   */
  public boolean connection(String machine, String state) {
    return with(machine, found -> table.showConnection(found, state));
  }

  /** Removes all extra settings of the machine, as if it had been made by another program. */
  public boolean unmark(String machine) {
    return with(
        machine,
        found -> {
          found.extraConfig.clear();
          table.showConfig(found);
        });
  }

  /** Replaces an image by another one of the same name, as whoever builds images does. */
  public void replaceImage(String name) {
    inventory.locked(
        () -> {
          Machine old = image(name);
          table.remove(old, MachineEvent.Kind.DESTROYED);
          machines.addImage(
              BaseImage.of(name), old.host, Map.entry(old.datastoreName, old.datastore));
        });
  }

  /** Removes an image's snapshots; what was cloned from them runs on. */
  public void removeSnapshots(String image) {
    inventory.locked(
        () -> {
          Machine found = image(image);
          found.snapshots.values().forEach(inventory::remove);
          found.snapshots.clear();
          inventory.set(found.ref, "snapshot", null);
        });
  }

  private Machine image(String name) {
    return table.all().stream()
        .filter(m -> m.name.equals(name) && m.folder.equals(InventoryLayout.IMAGES_FOLDER))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no image " + name));
  }

  /**
   * Takes a host out of the cluster and adds it again: it has another reference, and so have its
   * machines, which run on; names, hardware and UUIDs are the same.
   *
   * @param meanwhile what happens before it is added again
   */
  public void replaceHost(String name, Runnable meanwhile) {
    MoRef old = inventory.locked(() -> hosts.named(name));
    ManagedObject entity = inventory.locked(() -> inventory.require(old));
    List<Machine> on = inventory.locked(() -> machinesOn(old));
    inventory.locked(
        () -> {
          on.forEach(machine -> table.remove(machine, MachineEvent.Kind.LEFT_INVENTORY));
          inventory.unlink(InventoryLayout.CLUSTER_REF, "host", old);
          inventory.remove(old);
        });
    meanwhile.run();
    inventory.locked(
        () -> {
          MoRef ref = new MoRef("HostSystem", old.id() + "9");
          ManagedObject again = new ManagedObject(ref);
          entity.names().stream()
              .filter(property -> !List.of("datastore", "vm").contains(property))
              .forEach(property -> again.with(property, entity.read(property)));
          again.withRefs("datastore", entity.refs("datastore").toArray(MoRef[]::new));
          again.withRefs("vm");
          inventory.addEntity(again);
          inventory.link(InventoryLayout.CLUSTER_REF, "host", ref);
          hosts.replace(old, ref);
          for (Machine machine : on) {
            machine.host = ref;
            table.addAgain(machine);
          }
        });
  }

  private List<Machine> machinesOn(MoRef host) {
    List<Machine> on = table.all().stream().filter(m -> m.host.equals(host)).toList();
    if (on.stream().anyMatch(m -> m.folder.equals(InventoryLayout.IMAGES_FOLDER))) {
      throw new IllegalArgumentException("images lie on that host: take another one");
    }
    return on;
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
