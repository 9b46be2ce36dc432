package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.ManagedTypes;
import io.macpool.sim.vcenter.soap.AnyValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.MoRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One reading of many objects: what {@code RetrievePropertiesEx} does. Under the lock. */
final class PropertyRetrieval {

  private record Visit(MoRef ref, SelectSet next) {}

  private final Inventory inventory;
  private final FilterSpec spec;
  private final Set<Visit> visited = new HashSet<>();
  private final Set<ManagedObject> selected = new LinkedHashSet<>();

  private PropertyRetrieval(Inventory inventory, FilterSpec spec) {
    this.inventory = inventory;
    this.spec = spec;
  }

  /** The {@code ObjectContent} of every object that the spec selects. */
  static List<DataObject> retrieve(Inventory inventory, FilterSpec spec) {
    PropertyRetrieval retrieval = new PropertyRetrieval(inventory, spec);
    for (FilterSpec.Start start : spec.starts()) {
      if (!spec.reportMissing() || inventory.find(start.ref()).isPresent()) {
        inventory.require(start.ref());
        retrieval.visit(start.ref(), start.skip(), start.next());
      }
    }
    List<DataObject> contents = new ArrayList<>();
    for (ManagedObject object : retrieval.selected) {
      contents.add(content(object, spec));
    }
    return contents;
  }

  private void visit(MoRef ref, boolean skip, SelectSet next) {
    ManagedObject object = inventory.find(ref).orElse(null);
    if (object == null) {
      return;
    }
    if (!skip && spec.of(object.type()).isPresent()) {
      selected.add(object);
    }
    if (next.traversals().isEmpty() || !visited.add(new Visit(ref, next))) {
      return;
    }
    for (SelectSet.Traversal traversal : next.traversals()) {
      if (ManagedTypes.isA(object.type(), traversal.type())) {
        for (MoRef child : object.refs(traversal.path())) {
          visit(child, traversal.skip(), traversal.next());
        }
      }
    }
  }

  private static DataObject content(ManagedObject object, FilterSpec spec) {
    List<DataObject> values = new ArrayList<>();
    FilterSpec.Properties asked = spec.of(object.type()).orElseThrow();
    Set<String> paths = new LinkedHashSet<>();
    if (asked.all()) {
      paths.addAll(object.names());
    }
    paths.addAll(asked.paths());
    for (String path : paths) {
      Object value = PropertyReader.read(object, path, spec.version());
      if (value != null) {
        values.add(DataObject.of("DynamicProperty", "name", path, "val", new AnyValue(value)));
      }
    }
    return DataObject.of("ObjectContent", "obj", object.ref(), "propSet", values);
  }
}
