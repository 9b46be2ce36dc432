package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.options.MachineEvent;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.SoapElement;
import io.macpool.sim.vcenter.soap.VimFault;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Clones, full, linked and instant. As in vCenter, the clone is in the inventory from the start of
 * its task, without a configuration until the end, and is gone again if the task fails.
 */
final class Cloning {

  private static final int MAX_NAME = 80;

  private final Inventory inventory;
  private final MachineTable table;
  private final Machines machines;
  private final MachinePower power;
  private final Tasks tasks;
  private final Hosts hosts;
  private final OperationTimes times;
  private final Map<String, MoRef> datastores;
  private final Set<String> full = new HashSet<>();

  Cloning(Machines.Datacenter datacenter, Machines machines, Map<String, MoRef> datastores) {
    this.inventory = datacenter.inventory();
    this.table = datacenter.table();
    this.machines = machines;
    this.power = datacenter.power();
    this.tasks = datacenter.tasks();
    this.hosts = datacenter.hosts();
    this.times = datacenter.times();
    this.datastores = datastores;
  }

  MoRef cloneMachine(
      MoRef sourceRef, MoRef folder, String name, SoapElement spec, VimFault injected) {
    Machine source = finished(sourceRef);
    SoapElement location = spec.required("location");
    checkName(name);
    requireFolder(folder);
    MoRef snapshot = spec.ref("snapshot").orElse(null);
    boolean linked =
        location
            .string("diskMoveType")
            .map(String::strip)
            .orElse("")
            .equals("createNewChildDiskBacking");
    if (snapshot != null && !source.snapshots.containsValue(snapshot)) {
      inventory.require(snapshot);
      throw VimFault.invalidArgument("spec.snapshot");
    }
    if (linked && snapshot == null) {
      throw VimFault.invalidArgument("spec.snapshot");
    }
    Machine clone = prepare(source, folder, name, location, null);
    clone.template = spec.flag("template");
    clone.diskParent = linked ? source.diskFile() : "";
    boolean powerOn = spec.flag("powerOn");
    return start(
        "CloneVM_Task",
        "VirtualMachine.clone",
        source,
        clone,
        injected,
        times.linkedClone(),
        () -> {
          spec.child("config").ifPresent(config -> machines.configure(clone, config));
          table.completed(clone);
          if (powerOn) {
            power.switchOn(clone, times.boot());
          }
        });
  }

  MoRef instantClone(MoRef sourceRef, SoapElement spec, VimFault injected) {
    Machine source = finished(sourceRef);
    SoapElement location = spec.required("location");
    String name = spec.string("name").orElse("");
    checkName(name);
    MoRef folder = location.ref("folder").orElse(source.folder);
    requireFolder(folder);
    if (!source.poweredOn) {
      throw VimFault.of(
          "InvalidPowerState",
          "The attempted operation cannot be performed in the current state (Powered off).",
          "requestedState",
          Names.POWERED_ON,
          "existingState",
          Names.POWERED_OFF);
    }
    Machine clone = prepare(source, folder, name, location, source.host);
    clone.diskParent = source.diskFile();
    return start(
        "InstantClone_Task",
        "VirtualMachine.instantClone",
        source,
        clone,
        injected,
        times.instantClone(),
        () -> {
          for (SoapElement option : spec.children("config")) {
            clone.extraConfig.put(
                option.required("key").rawText(), option.string("value").orElse(""));
          }
          table.completed(clone);
          power.switchOn(clone, times.instantBoot());
        });
  }

  /** Whether a datastore has no room for another clone. */
  void full(String datastore, boolean isFull) {
    MoRef ref = datastores.get(datastore);
    if (ref == null) {
      throw new IllegalArgumentException("no datastore " + datastore);
    }
    if (isFull) {
      full.add(datastore);
    } else {
      full.remove(datastore);
    }
    inventory.set(ref, "summary.freeSpace", isFull ? 0L : 1L << 41);
  }

  private void requireRoom(String datastore) {
    if (full.contains(datastore)) {
      throw VimFault.of(
          "NoDiskSpace",
          "Insufficient disk space on datastore '" + datastore + "'.",
          "file",
          "[" + datastore + "]",
          "datastore",
          datastore);
    }
  }

  private Machine finished(MoRef ref) {
    Machine source = table.require(ref);
    if (source.unfinished) {
      throw VimFault.of("TaskInProgress", "The virtual machine is still being cloned.");
    }
    return source;
  }

  private static void checkName(String name) {
    if (name.isBlank() || name.length() > MAX_NAME) {
      throw VimFault.of("InvalidName", "The name '" + name + "' is invalid.", "name", name);
    }
  }

  private void requireFolder(MoRef folder) {
    if (!inventory.require(folder).type().equals("Folder")) {
      throw VimFault.invalidArgument("folder");
    }
  }

  private Machine prepare(
      Machine source, MoRef folder, String name, SoapElement location, MoRef fallbackHost) {
    Machine clone = table.create();
    clone.name = name;
    clone.folder = folder;
    clone.pool = location.ref("pool").orElse(source.pool);
    if (!inventory.require(clone.pool).type().equals("ResourcePool")) {
      throw VimFault.invalidArgument("spec.location.pool");
    }
    MoRef named = location.ref("host").orElse(null);
    clone.host = named == null && fallbackHost != null ? usable(fallbackHost) : hosts.place(named);
    clone.datastore = location.ref("datastore").orElse(source.datastore);
    clone.datastoreName = inventory.require(clone.datastore).string("name");
    if (!datastores.containsKey(clone.datastoreName)) {
      throw VimFault.invalidArgument("spec.location.datastore");
    }
    clone.cpus = source.cpus;
    clone.memoryMb = source.memoryMb;
    clone.extraConfig.putAll(source.extraConfig); // what the order says of them comes on top
    clone.unfinished = true;
    return clone;
  }

  /** An instant clone starts beside its parent unless told otherwise. */
  private MoRef usable(MoRef host) {
    hosts.requireUsable(host);
    return host;
  }

  private MoRef start(
      String method,
      String type,
      Machine source,
      Machine clone,
      VimFault injected,
      Duration takes,
      Runnable complete) {
    MoRef existing = inventory.child(clone.folder, clone.name).orElse(null);
    if (existing != null) {
      return tasks.start(
          method,
          type,
          source.ref,
          Duration.ZERO,
          true,
          Machines.duplicateName(clone.name, existing),
          Runnable::run,
          () -> null);
    }
    table.add(clone);
    return tasks.start(
        method,
        type,
        source.ref,
        takes,
        true,
        injected == null ? hosts.refusal(clone.host) : injected,
        Runnable::run,
        new Tasks.Work() {
          @Override
          public Object finish() {
            hosts.requireUsable(clone.host);
            requireRoom(clone.datastoreName);
            clone.unfinished = false;
            complete.run();
            return clone.ref;
          }

          @Override
          public void undo() {
            table.remove(clone, MachineEvent.Kind.CLONE_FAILED);
          }
        });
  }
}
