package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The hosts: whether they can run machines, and which machine DRS would put where. */
final class Hosts {

  private static final class Host {
    private final MoRef ref;
    private final String name;
    private boolean connected = true;
    private boolean maintenance;
    private boolean refuses;
    private int load;

    private Host(MoRef ref, String name) {
      this.ref = ref;
      this.name = name;
    }
  }

  private final Inventory inventory;
  private final Map<MoRef, Host> hosts = new LinkedHashMap<>();
  private final boolean drs;

  Hosts(Inventory inventory, boolean drs) {
    this.inventory = inventory;
    this.drs = drs;
  }

  void add(MoRef ref, String name) {
    hosts.put(ref, new Host(ref, name));
  }

  List<MoRef> refs() {
    return new ArrayList<>(hosts.keySet());
  }

  MoRef named(String name) {
    return hosts.values().stream()
        .filter(host -> host.name.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no host " + name))
        .ref;
  }

  String name(MoRef ref) {
    return hosts.get(ref).name;
  }

  /** The host has another reference now. */
  void replace(MoRef old, MoRef ref) {
    Host before = hosts.remove(old);
    hosts.put(ref, new Host(ref, before.name));
  }

  /** The named host if it can take a machine, or the one that DRS chooses if none is named. */
  MoRef place(MoRef named) {
    if (named != null) {
      requireUsable(named);
      return named;
    }
    if (!drs) {
      throw VimFault.invalidArgument("spec.location.host");
    }
    return hosts.values().stream()
        .filter(host -> host.connected && !host.maintenance)
        .min(Comparator.comparingInt(host -> host.load))
        .orElseThrow(
            () ->
                VimFault.of("NoCompatibleHost", "No host is compatible with the virtual machine."))
        .ref;
  }

  /** Fails as vCenter does if the host can't run machines now. */
  void requireUsable(MoRef ref) {
    Host host = hosts.get(ref);
    if (host == null) {
      throw VimFault.notFound(ref);
    }
    if (!host.connected) {
      throw VimFault.of(
          "HostNotConnected",
          "Unable to communicate with the remote host, since it is disconnected.");
    }
    if (host.maintenance) {
      throw VimFault.of(
          "InvalidState", "The operation is not allowed in the current state: maintenance mode.");
    }
  }

  void refuseClones(MoRef ref, boolean refuses) {
    hosts.get(ref).refuses = refuses;
  }

  /** What a clone to that host fails with; null: nothing. */
  VimFault refusal(MoRef ref) {
    return hosts.get(ref).refuses
        ? VimFault.of(
            "GenericVmConfigFault", "Failed to create virtual machine: the host has no room.")
        : null;
  }

  /** A machine that counts as load came to the host. */
  void loaded(MoRef ref) {
    hosts.get(ref).load++;
  }

  /** A machine that counts as load left the host. */
  void unloaded(MoRef ref) {
    hosts.get(ref).load--;
  }

  int load(MoRef ref) {
    return hosts.get(ref).load;
  }

  /** How many hosts have any load. */
  int loadedHosts() {
    return (int) hosts.values().stream().filter(host -> host.load > 0).count();
  }

  boolean connected(MoRef ref) {
    return hosts.get(ref).connected;
  }

  boolean inMaintenance(MoRef ref) {
    return hosts.get(ref).maintenance;
  }

  /** {@code word}: {@code connected}, {@code disconnected} or {@code notResponding}. */
  void connection(MoRef ref, String word) {
    hosts.get(ref).connected = word.equals("connected");
    inventory.set(ref, "runtime.connectionState", Names.hostConnection(word));
    inventory.set(ref, "summary.runtime.connectionState", Names.hostConnection(word));
  }

  void booted(MoRef ref, Instant at) {
    inventory.set(ref, "runtime.bootTime", at);
    inventory.set(ref, "summary.runtime.bootTime", at);
  }

  void maintenance(MoRef ref, boolean on) {
    hosts.get(ref).maintenance = on;
    inventory.set(ref, "runtime.inMaintenanceMode", on);
    inventory.set(ref, "summary.runtime.inMaintenanceMode", on);
  }
}
