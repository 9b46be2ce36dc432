package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.ObjectSpec;
import com.vmware.vim25.PropertyFilterSpec;
import com.vmware.vim25.PropertySpec;
import com.vmware.vim25.SelectionSpec;
import com.vmware.vim25.TraversalSpec;
import com.vmware.vim25.VirtualMachinePowerState;
import io.macpool.brain.vsphere.InventoryAssembler.Role;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.core.fleet.FoundMachine;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Mark;
import java.rmi.RemoteException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads past the events: for when they are late, and for a clone whose answer was lost. */
final class DirectReads {

  /** When a VM was made; vSphere tells since 6.7. */
  static final String CREATED = "config.createDate";

  static final List<String> FOUND_PATHS =
      List.of(
          "name",
          "runtime.connectionState",
          "config.extraConfig",
          "runtime.powerState",
          "runtime.bootTime",
          "guest.ipAddress",
          "guest.net",
          "config.template",
          "snapshot");

  private DirectReads() {}

  static Optional<Machine> find(VimSession session, String name) throws RemoteException {
    ManagedObjectReference found =
        session.vim().findChild(session.content().searchIndex, session.machineFolder(), name);
    if (found == null || !found.type.equals("VirtualMachine")) {
      return Optional.empty();
    }
    return read(session, found);
  }

  /** Wherever it lies. */
  static Optional<Machine> locate(VimSession session, String ref, Optional<String> uuid)
      throws RemoteException {
    Optional<Machine> known = read(session, VSphereConnection.machine(ref));
    if (uuid.isEmpty() || known.filter(m -> agree(m.sign().uuid(), uuid)).isPresent()) {
      return known;
    }
    ManagedObjectReference found =
        session.vim().findByUuid(session.content().searchIndex, null, uuid.get(), true, true);
    return found == null ? Optional.empty() : read(session, found);
  }

  private static boolean agree(Optional<String> one, Optional<String> other) {
    return one.isEmpty() || one.equals(other);
  }

  private static Optional<Machine> read(VimSession session, ManagedObjectReference vm)
      throws RemoteException {
    Map<String, Object> values;
    try {
      values =
          session.properties(List.of(vm), Role.MACHINE.paths().toArray(String[]::new)).get(vm.val);
    } catch (SoapFault e) {
      if (e.is("ManagedObjectNotFound")) {
        return Optional.empty();
      }
      throw e;
    }
    return values == null ? Optional.empty() : Optional.of(machine(session, vm.val, values));
  }

  private static Machine machine(VimSession session, String ref, Map<String, Object> values) {
    String name =
        values.get("name") instanceof String escaped ? InventoryAssembler.unescape(escaped) : ref;
    String folder = session.hasPlaces() ? session.machineFolder().val : "";
    return InventoryAssembler.machine(ref, name, values, folder, session.lastClockAhead());
  }

  static Inventory all(VimSession session, Inventory known, Identities identities)
      throws RemoteException {
    List<Machine> machines = new ArrayList<>();
    for (Map.Entry<String, Map<String, Object>> child :
        children(session, session.machineFolder(), Role.MACHINE.paths()).entrySet()) {
      machines.add(machine(session, child.getKey(), child.getValue()));
    }
    return Inventory.of(known.version(), known.hosts(), known.images(), machines, identities);
  }

  /** The machines directly in the folder at {@code path}. */
  static List<FoundMachine> folder(VimSession session, String path) throws RemoteException {
    ManagedObjectReference folder = session.resolve(path, "Folder", "VSPHERE_VM_PATHS");
    List<String> paths = new ArrayList<>(FOUND_PATHS);
    if (session.modern()) {
      paths.add(CREATED);
    }
    List<FoundMachine> found = new ArrayList<>();
    for (Map.Entry<String, Map<String, Object>> child :
        children(session, folder, paths).entrySet()) {
      Map<String, Object> values = child.getValue();
      Machine machine = machine(session, child.getKey(), values);
      found.add(
          new FoundMachine(
              machine.sign().mark().map(Mark::instance).orElse(machine.name()),
              machine.ref(),
              machine.power(),
              Boolean.TRUE.equals(values.get("config.template"))
                  || InventoryAssembler.hasBaseSnapshot(values.get("snapshot")),
              !machine.endpoints().isEmpty(),
              machine.bootedAt(),
              InventoryAssembler.instant(values.get(CREATED), session.lastClockAhead())));
    }
    return found;
  }

  /** Names of the VMs on the host that are not known to be off, whosever they are. */
  static List<String> running(VimSession session, String host) throws RemoteException {
    Map<String, Object> known =
        session
            .properties(List.of(VimSession.reference("HostSystem", host)), "vm")
            .getOrDefault(host, Map.of());
    if (!(known.get("vm") instanceof ManagedObjectReference[] vms) || vms.length == 0) {
      return List.of();
    }
    List<String> running = new ArrayList<>();
    session
        .properties(List.of(vms), "name", "runtime.powerState")
        .forEach(
            (ref, values) -> {
              if (values.get("runtime.powerState") != VirtualMachinePowerState.poweredOff) {
                running.add(values.get("name") instanceof String name ? name : ref);
              }
            });
    return running;
  }

  private static Map<String, Map<String, Object>> children(
      VimSession session, ManagedObjectReference parent, List<String> paths)
      throws RemoteException {
    TraversalSpec children = new TraversalSpec();
    children.name = "childEntity";
    children.type = "Folder";
    children.path = "childEntity";
    children.skip = false;
    ObjectSpec folder = new ObjectSpec();
    folder.obj = parent;
    folder.skip = true;
    folder.selectSet = new SelectionSpec[] {children};
    PropertySpec wanted = new PropertySpec();
    wanted.type = "VirtualMachine";
    wanted.pathSet = paths.toArray(String[]::new);
    PropertyFilterSpec filter = new PropertyFilterSpec();
    filter.objectSet = new ObjectSpec[] {folder};
    filter.propSet = new PropertySpec[] {wanted};
    return session.retrieve(filter);
  }
}
