package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.ManagedTypes;
import io.macpool.sim.vcenter.inventory.PropertyWatcher;
import io.macpool.sim.vcenter.soap.AnyValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.EnumValue;
import io.macpool.sim.vcenter.soap.MoRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A filter of a property collector: the objects that its spec selects, kept up to date change by
 * change, and what of them the client has not been told yet. Under the inventory's lock.
 *
 * <p>Membership is counted: an object may be reached by several ways and stays until the last is
 * gone. So a change costs what it touches. (Objects that reach each other in a circle keep each
 * other; vim25's usual traversals have no circles that matter.)
 */
final class PropertyFilter implements PropertyWatcher {

  /** An object as start of one select set: by how many ways, and what it led to. */
  private static final class Node {
    private int ways;
    private final Map<SelectSet.Traversal, Set<MoRef>> reached = new HashMap<>();
  }

  private final Inventory inventory;
  private final MoRef ref;
  private final FilterSpec spec;
  private final boolean partialUpdates;
  private final Runnable wake;
  private final Map<String, Optional<FilterSpec.Properties>> byType = new HashMap<>();
  private final Map<MoRef, Map<SelectSet, Node>> nodes = new HashMap<>();
  private final Map<MoRef, Integer> members = new LinkedHashMap<>();
  private final PendingChanges pending = new PendingChanges();

  PropertyFilter(
      Inventory inventory, MoRef ref, FilterSpec spec, boolean partialUpdates, Runnable wake) {
    this.inventory = inventory;
    this.ref = ref;
    this.spec = spec;
    this.partialUpdates = partialUpdates;
    this.wake = wake;
    for (FilterSpec.Start start : spec.starts()) {
      inventory.require(start.ref());
      enter(start.ref(), !start.skip(), start.next());
    }
  }

  MoRef ref() {
    return ref;
  }

  /** Stops watching. */
  void destroy() {
    members.keySet().forEach(this::unwatch);
    nodes.keySet().forEach(this::unwatch);
    pending.clear();
  }

  private void unwatch(MoRef object) {
    inventory.find(object).ifPresent(o -> o.watchers().remove(this));
  }

  private Optional<FilterSpec.Properties> asked(String type) {
    return byType.computeIfAbsent(type, spec::of);
  }

  private void enter(MoRef object, boolean member, SelectSet next) {
    ManagedObject found = inventory.find(object).orElse(null);
    if (found == null) {
      return;
    }
    if (member && asked(object.type()).isPresent() && members.merge(object, 1, Integer::sum) == 1) {
      found.watchers().add(this);
      pending.entered(object);
      wake.run();
    }
    if (next.traversals().isEmpty()) {
      return;
    }
    Node node =
        nodes.computeIfAbsent(object, o -> new HashMap<>()).computeIfAbsent(next, n -> new Node());
    if (++node.ways == 1) {
      found.watchers().add(this);
      for (SelectSet.Traversal traversal : next.traversals()) {
        if (ManagedTypes.isA(object.type(), traversal.type())) {
          Set<MoRef> reached = new LinkedHashSet<>(found.refs(traversal.path()));
          node.reached.put(traversal, reached);
          reached.forEach(child -> enter(child, !traversal.skip(), traversal.next()));
        }
      }
    }
  }

  private void leave(MoRef object, boolean member, SelectSet next) {
    if (member && members.containsKey(object) && members.merge(object, -1, Integer::sum) == 0) {
      forget(object);
    }
    Map<SelectSet, Node> starts = nodes.get(object);
    Node node = starts == null ? null : starts.get(next);
    if (node != null && --node.ways == 0) {
      starts.remove(next);
      if (starts.isEmpty()) {
        nodes.remove(object);
      }
      node.reached.forEach(
          (traversal, reached) ->
              reached.forEach(child -> leave(child, !traversal.skip(), traversal.next())));
    }
    if (!members.containsKey(object) && !nodes.containsKey(object)) {
      unwatch(object);
    }
  }

  private void forget(MoRef object) {
    members.remove(object);
    pending.left(object);
    wake.run();
  }

  @Override
  public void changed(ManagedObject object, String path) {
    report(object, path);
    for (Map.Entry<SelectSet, Node> start : starts(object)) {
      for (SelectSet.Traversal traversal : start.getKey().traversals()) {
        Set<MoRef> reached = start.getValue().reached.get(traversal);
        if (reached != null && overlap(traversal.path(), path)) {
          Set<MoRef> now = new LinkedHashSet<>(object.refs(traversal.path()));
          List<MoRef> gone = reached.stream().filter(r -> !now.contains(r)).toList();
          List<MoRef> come = now.stream().filter(r -> !reached.contains(r)).toList();
          come.forEach(child -> reach(reached, traversal, child));
          gone.forEach(child -> lose(reached, traversal, child));
        }
      }
    }
  }

  @Override
  public void linked(ManagedObject object, String path, MoRef child) {
    report(object, path);
    forEachTraversal(object, path, (traversal, reached) -> reach(reached, traversal, child));
  }

  @Override
  public void unlinked(ManagedObject object, String path, MoRef child) {
    report(object, path);
    forEachTraversal(object, path, (traversal, reached) -> lose(reached, traversal, child));
  }

  private interface Step {
    void take(SelectSet.Traversal traversal, Set<MoRef> reached);
  }

  private void forEachTraversal(ManagedObject object, String path, Step step) {
    for (Map.Entry<SelectSet, Node> start : starts(object)) {
      for (SelectSet.Traversal traversal : start.getKey().traversals()) {
        Set<MoRef> reached = start.getValue().reached.get(traversal);
        if (reached != null && traversal.path().equals(path)) {
          step.take(traversal, reached);
        }
      }
    }
  }

  private void reach(Set<MoRef> reached, SelectSet.Traversal traversal, MoRef child) {
    if (reached.add(child)) {
      enter(child, !traversal.skip(), traversal.next());
    }
  }

  private void lose(Set<MoRef> reached, SelectSet.Traversal traversal, MoRef child) {
    if (reached.remove(child)) {
      leave(child, !traversal.skip(), traversal.next());
    }
  }

  private List<Map.Entry<SelectSet, Node>> starts(ManagedObject object) {
    Map<SelectSet, Node> starts = nodes.get(object.ref());
    return starts == null ? List.of() : new ArrayList<>(starts.entrySet());
  }

  @Override
  public void removed(ManagedObject object) {
    if (members.containsKey(object.ref())) {
      forget(object.ref());
    }
    Map<SelectSet, Node> starts = nodes.remove(object.ref());
    if (starts != null) {
      starts
          .values()
          .forEach(
              node ->
                  node.reached.forEach(
                      (traversal, reached) ->
                          reached.forEach(
                              child -> leave(child, !traversal.skip(), traversal.next()))));
    }
  }

  private void report(ManagedObject object, String path) {
    if (!members.containsKey(object.ref())) {
      return;
    }
    FilterSpec.Properties asked = asked(object.type()).orElseThrow();
    Set<String> touched = new LinkedHashSet<>();
    for (String wanted : asked.paths()) {
      if (overlap(wanted, path)) {
        touched.add(partialUpdates && path.startsWith(wanted + ".") ? path : wanted);
      }
    }
    if (asked.all()) {
      touched.add(
          partialUpdates || path.indexOf('.') < 0 ? path : path.substring(0, path.indexOf('.')));
    }
    if (touched.isEmpty()) {
      return;
    }
    pending.modified(object.ref(), touched);
    wake.run();
  }

  private static boolean overlap(String a, String b) {
    return a.equals(b) || a.startsWith(b + ".") || b.startsWith(a + ".");
  }

  boolean hasPending() {
    return !pending.isEmpty();
  }

  /** Forgets what the client was told: all objects are new to it. */
  void restart() {
    pending.restart(members.keySet());
  }

  Map<MoRef, PendingChanges.Change> take(int limit) {
    return pending.take(limit);
  }

  void putBack(Map<MoRef, PendingChanges.Change> lost) {
    pending.putBack(lost);
  }

  /** The {@code PropertyFilterUpdate} for changes that were taken. */
  DataObject update(Map<MoRef, PendingChanges.Change> taken) {
    List<DataObject> objects = new ArrayList<>();
    taken.forEach(
        (object, change) -> {
          List<DataObject> changes =
              inventory.find(object).map(found -> changes(found, change)).orElse(List.of());
          objects.add(
              DataObject.of(
                  "ObjectUpdate",
                  "kind",
                  change.kind().word(),
                  "obj",
                  object,
                  "changeSet",
                  changes));
        });
    return DataObject.of("PropertyFilterUpdate", "filter", ref, "objectSet", objects);
  }

  private List<DataObject> changes(ManagedObject object, PendingChanges.Change change) {
    if (change.kind() == PendingChanges.Kind.LEAVE) {
      return List.of();
    }
    Set<String> paths = new LinkedHashSet<>(change.paths());
    if (change.kind() == PendingChanges.Kind.ENTER) {
      FilterSpec.Properties asked = asked(object.type()).orElseThrow();
      paths = new LinkedHashSet<>(asked.paths());
      if (asked.all()) {
        paths.addAll(object.names());
      }
    }
    List<DataObject> changes = new ArrayList<>();
    for (String path : paths) {
      Object value = PropertyReader.read(object, path, spec.version());
      if (value != null || change.kind() == PendingChanges.Kind.MODIFY) {
        changes.add(
            DataObject.of(
                "PropertyChange",
                "name",
                path,
                "op",
                new EnumValue("PropertyChangeOp", "assign"),
                "val",
                value == null ? null : new AnyValue(value)));
      }
    }
    return changes;
  }
}
