package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.ObjectSpec;
import com.vmware.vim25.PropertyFilterSpec;
import com.vmware.vim25.PropertySpec;
import com.vmware.vim25.SelectionSpec;
import com.vmware.vim25.TraversalSpec;
import io.macpool.brain.vsphere.InventoryAssembler.Role;
import io.macpool.core.fleet.FoundMachine;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import java.rmi.RemoteException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads past the events: for when they are late, and for a clone whose answer was lost. */
final class DirectReads {

  /** When a VM was made; vSphere tells since 6.7. */
  private static final String CREATED = "config.createDate";

  private static final List<String> FOUND_PATHS =
      List.of(
          "name",
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
    Map<String, Object> values =
        session
            .properties(List.of(found), Role.MACHINE.paths().toArray(String[]::new))
            .get(found.val);
    return values == null
        ? Optional.empty()
        : Optional.of(InventoryAssembler.machine(found.val, name, values));
  }

  static Inventory all(VimSession session, Inventory known) throws RemoteException {
    Map<String, Machine> machines = new HashMap<>();
    children(session, session.machineFolder(), Role.MACHINE.paths())
        .forEach(
            (ref, values) -> {
              if (values.get("name") instanceof String escaped) {
                String name = InventoryAssembler.unescape(escaped);
                machines.put(name, InventoryAssembler.machine(ref, name, values));
              }
            });
    return new Inventory(known.version(), known.hosts(), known.images(), machines);
  }

  /** The machines directly in the folder at {@code path}. */
  static List<FoundMachine> folder(VimSession session, String path) throws RemoteException {
    ManagedObjectReference folder = session.resolve(path, "Folder", "VSPHERE_VM_PATHS");
    List<String> paths = new ArrayList<>(FOUND_PATHS);
    if (session.modern()) {
      paths.add(CREATED);
    }
    List<FoundMachine> found = new ArrayList<>();
    children(session, folder, paths)
        .forEach(
            (ref, values) -> {
              String name =
                  values.get("name") instanceof String escaped
                      ? InventoryAssembler.unescape(escaped)
                      : ref;
              Machine machine = InventoryAssembler.machine(ref, name, values);
              found.add(
                  new FoundMachine(
                      name,
                      ref,
                      machine.power(),
                      Boolean.TRUE.equals(values.get("config.template"))
                          || InventoryAssembler.hasBaseSnapshot(values.get("snapshot")),
                      !machine.addresses().isEmpty(),
                      machine.bootedAt(),
                      InventoryAssembler.instant(values.get(CREATED))));
            });
    return found;
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
