package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.MachineEvent;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.SoapElement;
import io.macpool.sim.vcenter.soap.VimFault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What can be done with virtual machines once they exist. Under the inventory's lock. */
final class Machines {

  private final Inventory inventory;
  private final MachineTable table;
  private final Tasks tasks;
  private final Hosts hosts;
  private final MachinePower power;
  private final OperationTimes times;
  private final Questions questions;

  /**
   * What operations on machines and hosts work on.
   *
   * @param power switches machines, and their guests with them
   * @param times how long each operation takes
   */
  record Datacenter(
      Inventory inventory,
      MachineTable table,
      Hosts hosts,
      MachinePower power,
      Tasks tasks,
      OperationTimes times) {}

  Machines(Datacenter datacenter, Questions questions) {
    this.inventory = datacenter.inventory();
    this.table = datacenter.table();
    this.tasks = datacenter.tasks();
    this.hosts = datacenter.hosts();
    this.power = datacenter.power();
    this.times = datacenter.times();
    this.questions = questions;
  }

  MoRef powerOn(MoRef ref, VimFault injected) {
    Machine machine = idle(ref);
    return operate(
        machine,
        "PowerOnVM_Task",
        "VirtualMachine.powerOn",
        times.powerOn(),
        first(injected, mustBe(machine, false), unusableHost(machine), asTemplate(machine)),
        questions.before(machine),
        () -> {
          questions.requireWanted(machine.ref);
          power.switchOn(machine, times.boot());
        });
  }

  MoRef powerOff(MoRef ref, VimFault injected) {
    Machine machine = idle(ref);
    return operate(
        machine,
        "PowerOffVM_Task",
        "VirtualMachine.powerOff",
        times.powerOff(),
        first(injected, machine.suspended ? null : mustBe(machine, true), unusableHost(machine)),
        power.killGuest(machine),
        () -> power.switchOff(machine));
  }

  void suspend(Machine machine) {
    power.suspend(machine);
  }

  void resume(Machine machine) {
    power.switchOn(machine, Duration.ZERO);
  }

  MoRef reset(MoRef ref, VimFault injected) {
    Machine machine = idle(ref);
    return operate(
        machine,
        "ResetVM_Task",
        "VirtualMachine.reset",
        times.powerOn(),
        first(injected, mustBe(machine, true), unusableHost(machine)),
        power.killGuest(machine),
        () -> {
          power.switchOff(machine);
          power.switchOn(machine, times.boot());
        });
  }

  MoRef destroy(MoRef ref, VimFault injected) {
    Machine machine = idle(ref);
    return operate(
        machine,
        "Destroy_Task",
        "VirtualMachine.destroy",
        times.destroy(),
        first(injected, mustBe(machine, false), unusableHost(machine)),
        Runnable::run,
        () -> table.remove(machine, MachineEvent.Kind.DESTROYED));
  }

  MoRef reconfigure(MoRef ref, SoapElement spec, VimFault injected) {
    Machine machine = idle(ref);
    VimFault hot = null;
    if (machine.poweredOn && spec.child("numCPUs").isPresent()) {
      hot =
          VimFault.of(
              "CpuHotPlugNotSupported", "CPU hot plug is not supported for this virtual machine.");
    } else if (machine.poweredOn && spec.child("memoryMB").isPresent()) {
      hot =
          VimFault.of(
              "MemoryHotPlugNotSupported",
              "Memory hot plug is not supported for this virtual machine.");
    }
    return operate(
        machine,
        "ReconfigVM_Task",
        "VirtualMachine.reconfigure",
        times.reconfigure(),
        first(injected, invalidHardware(spec), hot, unusableHost(machine)),
        Runnable::run,
        () -> {
          configure(machine, spec);
          table.showConfig(machine);
        });
  }

  /** Moves the machine to the host that the spec names, as vMotion does; its guest runs on. */
  MoRef relocate(MoRef ref, SoapElement spec, VimFault injected) {
    Machine machine = idle(ref);
    MoRef host = spec.ref("host").orElse(machine.host);
    hosts.requireUsable(host);
    return operate(
        machine,
        "RelocateVM_Task",
        "VirtualMachine.relocate",
        times.other(),
        first(injected, unusableHost(machine)),
        Runnable::run,
        () -> table.move(machine, host));
  }

  private static VimFault invalidHardware(SoapElement spec) {
    boolean cpus = spec.integer("numCPUs").filter(n -> n < 1 || n > 128).isPresent();
    boolean memory = spec.integer("memoryMB").filter(n -> n < 4 || n % 4 != 0).isPresent();
    if (cpus || memory) {
      return VimFault.invalidArgument(cpus ? "configSpec.numCPUs" : "configSpec.memoryMB");
    }
    return null;
  }

  /** Takes over what a {@code VirtualMachineConfigSpec} says. */
  void configure(Machine machine, SoapElement spec) {
    spec.integer("numCPUs").ifPresent(n -> machine.cpus = n);
    spec.integer("memoryMB").ifPresent(n -> machine.memoryMb = n);
    spec.string("annotation").ifPresent(text -> machine.annotation = text);
    spec.string("name")
        .filter(name -> !name.equals(machine.name))
        .ifPresent(name -> rename(machine, name));
    for (SoapElement option : spec.children("extraConfig")) {
      String key = option.required("key").rawText();
      Optional<String> value = option.string("value").filter(text -> !text.isEmpty());
      value.ifPresentOrElse(
          text -> machine.extraConfig.put(key, text), () -> machine.extraConfig.remove(key));
    }
  }

  void rename(Machine machine, String name) {
    if (inventory.child(machine.folder, name).isPresent()) {
      throw duplicateName(name, inventory.child(machine.folder, name).orElseThrow());
    }
    machine.name = name;
    if (inventory.find(machine.ref).isPresent()) {
      inventory.rename(machine.ref, name);
      table.showConfig(machine);
      table.renamed(machine);
    }
  }

  static VimFault duplicateName(String name, MoRef existing) {
    return VimFault.of(
        "DuplicateName",
        "The name '" + name + "' already exists.",
        "name",
        name,
        "object",
        existing);
  }

  void markAsTemplate(MoRef ref, boolean template) {
    Machine machine = idle(ref);
    VimFault wrong = mustBe(machine, false);
    if (wrong != null) {
      throw wrong;
    }
    machine.template = template;
    table.showConfig(machine);
  }

  private Machine idle(MoRef ref) {
    Machine machine = table.require(ref);
    if (machine.busy || machine.unfinished) {
      throw VimFault.of(
          "TaskInProgress",
          "The operation cannot be allowed at the current time because the virtual machine has a"
              + " task in progress.");
    }
    return machine;
  }

  private MoRef operate(
      Machine machine,
      String method,
      String type,
      Duration takes,
      VimFault fails,
      Consumer<Runnable> before,
      Runnable work) {
    machine.busy = true;
    return tasks.start(
        method,
        type,
        machine.ref,
        fails == null ? takes : Duration.ZERO,
        false,
        fails,
        before,
        new Tasks.Work() {
          @Override
          public Object finish() {
            work.run();
            machine.busy = false;
            return null;
          }

          @Override
          public void undo() {
            machine.busy = false;
          }
        });
  }

  private static VimFault first(VimFault... faults) {
    for (VimFault fault : faults) {
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private static VimFault mustBe(Machine machine, boolean on) {
    return machine.poweredOn == on
        ? null
        : VimFault.of(
            "InvalidPowerState",
            "The attempted operation cannot be performed in the current state ("
                + (machine.poweredOn ? "Powered on" : "Powered off")
                + ").",
            "requestedState",
            on ? Names.POWERED_ON : Names.POWERED_OFF,
            "existingState",
            machine.poweredOn ? Names.POWERED_ON : Names.POWERED_OFF);
  }

  private static VimFault asTemplate(Machine machine) {
    return machine.template
        ? VimFault.of("NotSupported", "The operation is not supported on the object.")
        : null;
  }

  private VimFault unusableHost(Machine machine) {
    return hosts.connected(machine.host)
        ? null
        : VimFault.of(
            "HostNotConnected",
            "Unable to communicate with the remote host, since it is disconnected.");
  }

  /** Registers a base image with its snapshots. */
  Machine addImage(BaseImage image, MoRef host, Map.Entry<String, MoRef> datastore) {
    Machine machine = table.create();
    machine.name = image.name();
    machine.folder = InventoryLayout.IMAGES_FOLDER;
    machine.pool = InventoryLayout.POOL;
    machine.host = host;
    machine.datastore = datastore.getValue();
    machine.datastoreName = datastore.getKey();
    machine.cpus = image.cpus();
    machine.memoryMb = image.memoryMb();
    machine.frozen = image.frozen();
    machine.poweredOn = image.frozen();
    int number = 0;
    for (String snapshot : image.snapshots()) {
      MoRef ref =
          new MoRef("VirtualMachineSnapshot", "snapshot-" + machine.number + "-" + ++number);
      machine.snapshots.put(snapshot, ref);
      inventory.add(new ManagedObject(ref).with("vm", machine.ref));
    }
    table.add(machine);
    return machine;
  }
}
