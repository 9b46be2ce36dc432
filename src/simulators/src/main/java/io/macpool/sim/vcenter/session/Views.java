package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.ManagedTypes;
import io.macpool.sim.vcenter.soap.ArrayValue;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Container views, kept up to date as entities come and go, and list views. */
public final class Views implements Inventory.MembershipWatcher {

  private record Container(MoRef root, List<String> types, boolean recursive) {}

  private final Inventory inventory;
  private final Map<MoRef, Container> containers = new LinkedHashMap<>();
  private long count;

  public Views(Inventory inventory) {
    this.inventory = inventory;
    inventory.watchMembership(this);
  }

  MoRef createContainerView(String session, MoRef root, List<String> types, boolean recursive) {
    ManagedObject container = inventory.require(root);
    if (!List.of(
            "Folder",
            "Datacenter",
            "ComputeResource",
            "ClusterComputeResource",
            "ResourcePool",
            "HostSystem")
        .contains(container.type())) {
      throw VimFault.invalidArgument("container");
    }
    MoRef view = new MoRef("ContainerView", "session[" + session + "]view-" + ++count);
    Container spec = new Container(root, types, recursive);
    ManagedObject object =
        new ManagedObject(view)
            .with("container", root)
            .with("type", ArrayValue.strings(types))
            .with("recursive", recursive);
    object.refSet("view");
    for (ManagedObject entity : inventory.all()) {
      if (contains(spec, entity)) {
        object.refSet("view").refs().add(entity.ref());
      }
    }
    inventory.add(object);
    containers.put(view, spec);
    return view;
  }

  MoRef createListView(String session, List<MoRef> refs) {
    MoRef view = new MoRef("ListView", "session[" + session + "]view-" + ++count);
    ManagedObject object = new ManagedObject(view);
    refs.stream()
        .filter(ref -> inventory.find(ref).isPresent())
        .forEach(ref -> object.refSet("view").refs().add(ref));
    object.refSet("view");
    inventory.add(object);
    return view;
  }

  /** Adds and removes; returns those that do not exist. */
  ArrayValue modifyListView(MoRef view, List<MoRef> add, List<MoRef> remove) {
    inventory.require(view);
    List<MoRef> unknown = new ArrayList<>();
    for (MoRef ref : add) {
      if (inventory.find(ref).isPresent()) {
        inventory.link(view, "view", ref);
      } else {
        unknown.add(ref);
      }
    }
    remove.forEach(ref -> inventory.unlink(view, "view", ref));
    return ArrayValue.refs(unknown);
  }

  void resetListView(MoRef view, List<MoRef> refs) {
    List<MoRef> before = List.copyOf(inventory.require(view).refs("view"));
    modifyListView(view, refs, before.stream().filter(ref -> !refs.contains(ref)).toList());
  }

  void destroy(MoRef view) {
    inventory.require(view);
    containers.remove(view);
    inventory.remove(view);
  }

  void destroyOf(String session) {
    String mark = "session[" + session + "]";
    List<MoRef> views =
        inventory.all().stream()
            .map(ManagedObject::ref)
            .filter(ref -> ref.id().startsWith(mark) && ref.type().endsWith("View"))
            .toList();
    views.forEach(this::destroy);
  }

  private static boolean runs(String type) {
    return type.equals("HostSystem") || ManagedTypes.isA(type, "ComputeResource");
  }

  private boolean contains(Container view, ManagedObject entity) {
    if (!ManagedTypes.isA(entity.type(), "ManagedEntity")
        || (!view.types.isEmpty()
            && view.types.stream().noneMatch(type -> ManagedTypes.isA(entity.type(), type)))) {
      return false;
    }
    MoRef parent = entity.refAt("parent");
    if (!view.recursive) {
      return view.root.equals(parent);
    }
    if (entity.type().equals("VirtualMachine") && runs(view.root.type())) {
      // By the host that it is registered on, whatever folder it lies in.
      MoRef host = (MoRef) entity.read("runtime.host");
      return view.root.equals(host)
          || inventory.find(host).filter(h -> view.root.equals(h.refAt("parent"))).isPresent();
    }
    if (view.root.type().equals("ResourcePool")) {
      return view.root.equals(entity.refAt("resourcePool"));
    }
    while (parent != null) {
      if (parent.equals(view.root)) {
        return true;
      }
      parent = inventory.find(parent).map(p -> p.refAt("parent")).orElse(null);
    }
    return false;
  }

  @Override
  public void added(ManagedObject entity) {
    containers.forEach(
        (view, spec) -> {
          if (contains(spec, entity)) {
            inventory.link(view, "view", entity.ref());
          }
        });
  }

  @Override
  public void moved(ManagedObject entity) {
    containers.forEach(
        (view, spec) -> {
          if (contains(spec, entity)) {
            inventory.link(view, "view", entity.ref());
          } else {
            inventory.unlink(view, "view", entity.ref());
          }
        });
  }

  @Override
  public void removed(ManagedObject entity) {
    containers.keySet().forEach(view -> inventory.unlink(view, "view", entity.ref()));
  }
}
