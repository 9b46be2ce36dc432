package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.session.Call;
import io.macpool.sim.vcenter.session.MethodTable;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;
import java.time.Duration;
import java.util.List;

/** Hosts that vCenter loses, that die, and that are rebooted. Under the inventory's lock. */
final class HostPower {

  private final Inventory inventory;
  private final Hosts hosts;
  private final MachineTable table;
  private final MachinePower power;
  private final Tasks tasks;
  private final SimulatorClock clock;
  private final OperationTimes times;
  private int reboots;

  HostPower(Machines.Datacenter datacenter, SimulatorClock clock) {
    this.inventory = datacenter.inventory();
    this.hosts = datacenter.hosts();
    this.table = datacenter.table();
    this.power = datacenter.power();
    this.tasks = datacenter.tasks();
    this.clock = clock;
    this.times = datacenter.times();
  }

  static void register(MethodTable methods, HostPower power) {
    methods.put("RebootHost_Task", power::reboot);
  }

  /** {@code word}: {@code connected}, {@code disconnected} or {@code notResponding}. */
  void connection(MoRef host, String word) {
    hosts.connection(host, word);
    boolean connected = word.equals("connected");
    for (Machine machine : on(host)) {
      for (String runtime : new String[] {"runtime", "summary.runtime"}) {
        inventory.set(
            machine.ref,
            runtime + ".connectionState",
            connected ? Names.VM_CONNECTED : Names.VM_DISCONNECTED);
      }
    }
  }

  /** The host is dead, and its machines with it. */
  void crash(MoRef host) {
    connection(host, "notResponding");
    on(host).forEach(power::crash);
  }

  /** How many reboots were carried out. */
  int reboots() {
    return reboots;
  }

  /**
   * Without {@code force} only in maintenance mode. The task is over when the host goes down; it
   * comes back by itself, with everything on it switched off.
   */
  private MoRef reboot(Call call) {
    MoRef host = call.self();
    if (!host.type().equals("HostSystem")) {
      throw VimFault.of("NotSupported", "The operation is not supported on the object.");
    }
    if (!hosts.connected(host)) {
      throw VimFault.of(
          "HostNotConnected",
          "Unable to communicate with the remote host, since it is disconnected.");
    }
    if (!call.arguments().flag("force") && !hosts.inMaintenance(host)) {
      throw VimFault.of(
          "InvalidState", "The operation is not allowed in the current state: not in maintenance.");
    }
    return tasks.start(
        "RebootHost_Task",
        "HostSystem.reboot",
        host,
        call.taskFault() == null ? times.other() : Duration.ZERO,
        false,
        call.taskFault(),
        Runnable::run,
        () -> {
          crash(host);
          clock.after(times.boot(), () -> inventory.locked(() -> back(host)));
          return null;
        });
  }

  private void back(MoRef host) {
    reboots++;
    hosts.refuseClones(host, false);
    hosts.booted(host, clock.now());
    connection(host, "connected");
  }

  private List<Machine> on(MoRef host) {
    return table.all().stream().filter(machine -> machine.host.equals(host)).toList();
  }
}
