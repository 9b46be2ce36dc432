package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.ObjectSpec;
import com.vmware.vim25.PropertyFilterSpec;
import com.vmware.vim25.PropertySpec;
import com.vmware.vim25.SelectionSpec;
import com.vmware.vim25.TraversalSpec;
import io.macpool.brain.vsphere.InventoryAssembler.Role;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import java.rmi.RemoteException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads past the events: for when they are late, and for a clone whose answer was lost. */
final class DirectReads {

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
    TraversalSpec children = new TraversalSpec();
    children.name = "childEntity";
    children.type = "Folder";
    children.path = "childEntity";
    children.skip = false;
    ObjectSpec folder = new ObjectSpec();
    folder.obj = session.machineFolder();
    folder.skip = true;
    folder.selectSet = new SelectionSpec[] {children};
    PropertySpec wanted = new PropertySpec();
    wanted.type = "VirtualMachine";
    wanted.pathSet = Role.MACHINE.paths().toArray(String[]::new);
    PropertyFilterSpec filter = new PropertyFilterSpec();
    filter.objectSet = new ObjectSpec[] {folder};
    filter.propSet = new PropertySpec[] {wanted};
    Map<String, Machine> machines = new HashMap<>();
    session
        .retrieve(filter)
        .forEach(
            (ref, values) -> {
              if (values.get("name") instanceof String escaped) {
                String name = InventoryAssembler.unescape(escaped);
                machines.put(name, InventoryAssembler.machine(ref, name, values));
              }
            });
    return new Inventory(known.version(), known.hosts(), known.images(), machines);
  }
}
