package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.options.MachineEvent;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The virtual machines, and how their state shows in the inventory. Under its lock. */
final class MachineTable {

  private final Inventory inventory;
  private final SimulatorClock clock;
  private final Map<MoRef, Machine> machines = new LinkedHashMap<>();
  private int clones;
  private final Hosts hosts;
  private PeakUsage peaks = new PeakUsage(0, 0, 0);
  private final MachineEvents witness;
  private int count;

  MachineTable(Inventory inventory, Hosts hosts, SimulatorClock clock, MachineEvents witness) {
    this.witness = witness;
    this.hosts = hosts;
    this.inventory = inventory;
    this.clock = clock;
  }

  Machine create() {
    int number = ++count;
    return new Machine(new MoRef("VirtualMachine", "vm-" + (100 + number)), number, clock.now());
  }

  Machine require(MoRef ref) {
    Machine machine = machines.get(ref);
    if (machine == null) {
      throw VimFault.notFound(ref);
    }
    return machine;
  }

  Collection<Machine> all() {
    return machines.values();
  }

  PeakUsage peaks() {
    return peaks;
  }

  /** Enters a machine that is being made. */
  void add(Machine machine) {
    machine.original = machine.name;
    enter(machine);
    witness.tell(MachineEvent.Kind.CLONE_BEGAN, machine);
  }

  /** A copy that is off, with the extra settings of what it was made of; its UUIDs are its own. */
  void copy(Machine source, MoRef folder, String name) {
    Machine copy = create();
    copy.name = name;
    copy.folder = folder;
    copy.pool = source.pool;
    copy.host = source.host;
    copy.datastore = source.datastore;
    copy.datastoreName = source.datastoreName;
    copy.cpus = source.cpus;
    copy.memoryMb = source.memoryMb;
    copy.annotation = source.annotation;
    copy.extraConfig.putAll(source.extraConfig);
    add(copy);
    completed(copy);
  }

  /** Enters a machine that was taken out, as it is, under a reference of its own. */
  void addAgain(Machine gone) {
    Machine machine = create();
    machine.original = gone.original;
    machine.identity = gone.identity;
    machine.name = gone.name;
    machine.folder = gone.folder;
    machine.pool = gone.pool;
    machine.host = gone.host;
    machine.datastore = gone.datastore;
    machine.datastoreName = gone.datastoreName;
    machine.cpus = gone.cpus;
    machine.memoryMb = gone.memoryMb;
    machine.annotation = gone.annotation;
    machine.template = gone.template;
    machine.poweredOn = gone.poweredOn;
    machine.diskParent = gone.diskParent;
    machine.extraConfig.putAll(gone.extraConfig);
    machine.guestAddress = gone.guestAddress;
    gone.poweredOn = false; // a boot that was under way must not show in what is gone
    gone.powerChanges++;
    enter(machine);
    if (machine.poweredOn) {
      showPower(machine);
      showGuest(machine, machine.guestAddress);
    }
    witness.tell(MachineEvent.Kind.RETURNED, machine);
  }

  /** Enters the machine in folder, host, pool and datastore. */
  private void enter(Machine machine) {
    machines.put(machine.ref, machine);
    DataObject runtime = MachineProperties.runtime(machine);
    DataObject guest = MachineProperties.guest(machine, null);
    DataObject config = machine.unfinished ? null : MachineProperties.config(machine, clock.now());
    ManagedObject entity =
        InventoryLayout.entity(machine.ref, machine.name, machine.folder)
            .with("resourcePool", machine.pool)
            .withRefs("datastore", machine.datastore)
            .with("runtime", runtime)
            .with("guest", guest)
            .with("guestHeartbeatStatus", Names.GREEN)
            .with("config", config)
            .with("summary", MachineProperties.summary(machine, config, runtime, guest))
            .with("snapshot", MachineProperties.snapshots(machine, clock.now()));
    inventory.addEntity(entity);
    inventory.link(machine.host, "vm", machine.ref);
    inventory.link(machine.pool, "vm", machine.ref);
    inventory.link(machine.datastore, "vm", machine.ref);
    if (isClone(machine)) {
      clones++;
      hosts.loaded(machine.host);
      remember(machine.host);
    }
  }

  private void remember(MoRef host) {
    peaks =
        new PeakUsage(
            Math.max(peaks.machines(), clones),
            Math.max(peaks.machinesOnOneHost(), hosts.load(host)),
            Math.max(peaks.hosts(), hosts.loadedHosts()));
  }

  /** The machine runs on another host from now on. */
  void move(Machine machine, MoRef host) {
    if (machine.host.equals(host)) {
      return;
    }
    inventory.unlink(machine.host, "vm", machine.ref);
    inventory.link(host, "vm", machine.ref);
    if (isClone(machine)) {
      hosts.unloaded(machine.host);
      hosts.loaded(host);
      remember(host);
    }
    machine.host = host;
    inventory.set(machine.ref, "runtime.host", host);
    inventory.set(machine.ref, "summary.runtime.host", host);
    witness.tell(MachineEvent.Kind.HOST_CHANGED, machine);
  }

  /** The machine lies in another folder from now on. */
  void moveToFolder(Machine machine, MoRef folder) {
    if (!machine.folder.equals(folder)) {
      inventory.move(machine.ref, folder);
      machine.folder = folder;
      witness.tell(MachineEvent.Kind.FOLDER_CHANGED, machine);
    }
  }

  /** The machine's state is seen so; without its files there is neither name nor configuration. */
  void showConnection(Machine machine, String state) {
    for (String runtime : new String[] {"runtime", "summary.runtime"}) {
      inventory.set(machine.ref, runtime + ".connectionState", Names.machineConnection(state));
    }
    boolean files = state.equals("connected") || state.equals("disconnected");
    String path = "/vmfs/volumes/" + machine.datastoreName + "/" + machine.name + ".vmx";
    inventory.rename(machine.ref, files ? machine.name : path.replace("/", "%2f"));
    if (files) {
      showConfig(machine);
    } else {
      inventory.set(machine.ref, "config", null);
    }
  }

  private static boolean isClone(Machine machine) {
    return !machine.folder.equals(InventoryLayout.IMAGES_FOLDER);
  }

  /**
   * Takes it out.
   *
   * @param how it went: destroyed, its clone failed, or taken out alive
   */
  void remove(Machine machine, MachineEvent.Kind how) {
    if (machines.remove(machine.ref) == null) {
      return;
    }
    witness.tell(how, machine);
    inventory.unlink(machine.host, "vm", machine.ref);
    inventory.unlink(machine.pool, "vm", machine.ref);
    inventory.unlink(machine.datastore, "vm", machine.ref);
    inventory.remove(machine.ref);
    machine.snapshots.values().forEach(inventory::remove);
    if (isClone(machine)) {
      clones--;
      hosts.unloaded(machine.host);
    }
  }

  void renamed(Machine machine) {
    witness.tell(MachineEvent.Kind.RENAMED, machine);
  }

  /** A clone is a machine now. */
  void completed(Machine clone) {
    showConfig(clone);
    witness.tell(MachineEvent.Kind.CLONED, clone);
  }

  /** Shows name, configuration and hardware as they are now. */
  void showConfig(Machine machine) {
    DataObject config = MachineProperties.config(machine, clock.now());
    assign(machine.ref, "config", config);
    DataObject runtime = (DataObject) inventory.require(machine.ref).read("runtime");
    DataObject guest = (DataObject) inventory.require(machine.ref).read("guest");
    assign(machine.ref, "summary", MachineProperties.summary(machine, config, runtime, guest));
  }

  /** Shows the power state; a machine that was just switched on boots now. */
  void showPower(Machine machine) {
    for (String runtime : new String[] {"runtime", "summary.runtime"}) {
      inventory.set(
          machine.ref,
          runtime + ".powerState",
          machine.suspended
              ? Names.SUSPENDED
              : machine.poweredOn ? Names.POWERED_ON : Names.POWERED_OFF);
      Object booted = inventory.require(machine.ref).read(runtime + ".bootTime");
      boolean off = !machine.poweredOn && !machine.suspended;
      if (off || booted == null) {
        inventory.set(machine.ref, runtime + ".bootTime", off ? null : clock.now());
      }
    }
  }

  /** Shows the guest with its address, or as not running if that is null. */
  void showGuest(Machine machine, String address) {
    machine.guestAddress = address;
    DataObject guest = MachineProperties.guest(machine, address);
    assign(machine.ref, "guest", guest);
    DataObject runtime = (DataObject) inventory.require(machine.ref).read("runtime");
    Object config = inventory.require(machine.ref).read("config");
    DataObject summary = MachineProperties.summary(machine, (DataObject) config, runtime, guest);
    assign(machine.ref, "summary.guest", (DataObject) summary.get("guest"));
  }

  /** Sets what differs, field by field, so that watchers of a field see only its own changes. */
  private void assign(MoRef ref, String path, DataObject next) {
    Object before = inventory.require(ref).read(path);
    if (!(before instanceof DataObject old) || !old.type().equals(next.type())) {
      inventory.set(ref, path, next);
      return;
    }
    Set<String> fields = new LinkedHashSet<>(old.fields().keySet());
    fields.addAll(next.fields().keySet());
    for (String field : fields) {
      Object value = next.get(field);
      if (value instanceof DataObject child && old.get(field) instanceof DataObject) {
        assign(ref, path + "." + field, child);
      } else {
        inventory.set(ref, path + "." + field, value);
      }
    }
  }
}
