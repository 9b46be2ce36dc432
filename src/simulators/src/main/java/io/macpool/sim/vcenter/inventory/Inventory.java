package io.macpool.sim.vcenter.inventory;

import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * All managed objects, behind one lock. Every read and change of the simulator's state runs in
 * {@link #locked}; when the outermost one ends, what was deferred meanwhile (answers to waiting
 * clients) runs, so that a client sees the many properties that one operation sets in one update.
 *
 * <p>A change costs its watchers, never the size of the inventory.
 */
public final class Inventory {

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<MoRef, ManagedObject> objects = new LinkedHashMap<>();
  private final Map<MoRef, Map<String, MoRef>> children = new HashMap<>();
  private final Set<Runnable> atEnd = new LinkedHashSet<>();
  private final List<MembershipWatcher> membership = new ArrayList<>();

  /** Is told of every entity that comes and goes. */
  public interface MembershipWatcher {
    void added(ManagedObject object);

    void removed(ManagedObject object);

    void moved(ManagedObject object);
  }

  public <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      T result = work.get();
      if (lock.getHoldCount() == 1) {
        flush();
      }
      return result;
    } finally {
      lock.unlock();
    }
  }

  public void locked(Runnable work) {
    locked(
        () -> {
          work.run();
          return null;
        });
  }

  private void flush() {
    while (!atEnd.isEmpty()) {
      List<Runnable> due = new ArrayList<>(atEnd);
      atEnd.clear();
      due.forEach(Runnable::run);
    }
  }

  /** Runs {@code work} once when the outermost {@link #locked} ends, however often it is asked. */
  public void atEnd(Runnable work) {
    atEnd.add(work);
  }

  public void watchMembership(MembershipWatcher watcher) {
    membership.add(watcher);
  }

  public Optional<ManagedObject> find(MoRef ref) {
    return Optional.ofNullable(objects.get(ref));
  }

  public ManagedObject require(MoRef ref) {
    ManagedObject object = objects.get(ref);
    if (object == null) {
      throw VimFault.notFound(ref);
    }
    return object;
  }

  public Collection<ManagedObject> all() {
    return objects.values();
  }

  /** The child entity of a folder, datacenter or cluster by its name. */
  public Optional<MoRef> child(MoRef parent, String name) {
    return Optional.ofNullable(children.getOrDefault(parent, Map.of()).get(name));
  }

  Collection<MoRef> childrenOf(MoRef parent) {
    return children.getOrDefault(parent, Map.of()).values();
  }

  /** Adds an object that is no entity: a task, a view, a snapshot. */
  public void add(ManagedObject object) {
    objects.put(object.ref(), object);
  }

  /** Adds an entity with its name and parent set; it is found by them from now on. */
  public void addEntity(ManagedObject entity) {
    objects.put(entity.ref(), entity);
    MoRef parent = entity.refAt("parent");
    if (parent != null) {
      children
          .computeIfAbsent(parent, p -> new LinkedHashMap<>())
          .put(entity.string("name"), entity.ref());
      ManagedObject holder = objects.get(parent);
      if (holder != null && holder.type().equals("Folder")) {
        link(parent, "childEntity", entity.ref());
      }
    }
    membership.forEach(watcher -> watcher.added(entity));
  }

  public void rename(MoRef ref, String name) {
    ManagedObject entity = require(ref);
    Map<String, MoRef> siblings = children.get(entity.refAt("parent"));
    siblings.remove(entity.string("name"));
    siblings.put(name, ref);
    set(ref, "name", name);
  }

  /** Puts an entity into another folder. */
  public void move(MoRef ref, MoRef folder) {
    ManagedObject entity = require(ref);
    String name = entity.string("name");
    MoRef before = entity.refAt("parent");
    children.get(before).remove(name, ref);
    unlink(before, "childEntity", ref);
    children.computeIfAbsent(folder, f -> new LinkedHashMap<>()).put(name, ref);
    set(ref, "parent", folder);
    link(folder, "childEntity", ref);
    membership.forEach(watcher -> watcher.moved(entity));
  }

  /** Removes an object from the inventory, its folder and every watcher. */
  public void remove(MoRef ref) {
    ManagedObject object = objects.get(ref);
    if (object == null) {
      return;
    }
    MoRef parent = object.refAt("parent");
    if (parent != null && objects.containsKey(parent)) {
      Map<String, MoRef> siblings = children.getOrDefault(parent, new HashMap<>());
      siblings.remove(object.string("name"), ref);
      if (parent.type().equals("Folder")) {
        unlink(parent, "childEntity", ref);
      }
    }
    membership.forEach(watcher -> watcher.removed(object));
    objects.remove(ref);
    children.remove(ref);
    for (PropertyWatcher watcher : List.copyOf(object.watchers())) {
      watcher.removed(object);
    }
  }

  /** Sets the value at a dotted path, or unsets it if null; tells watchers if it changed. */
  public void set(MoRef ref, String path, Object value) {
    ManagedObject object = require(ref);
    Object before = object.read(path);
    if (value == null ? before == null : value.equals(before)) {
      return;
    }
    object.put(path, value);
    for (PropertyWatcher watcher : List.copyOf(object.watchers())) {
      watcher.changed(object, path);
    }
  }

  public void link(MoRef owner, String path, MoRef child) {
    ManagedObject object = require(owner);
    if (object.refSet(path).refs().add(child)) {
      for (PropertyWatcher watcher : List.copyOf(object.watchers())) {
        watcher.linked(object, path, child);
      }
    }
  }

  public void unlink(MoRef owner, String path, MoRef child) {
    ManagedObject object = objects.get(owner);
    if (object != null && object.refSet(path).refs().remove(child)) {
      for (PropertyWatcher watcher : List.copyOf(object.watchers())) {
        watcher.unlinked(object, path, child);
      }
    }
  }
}
