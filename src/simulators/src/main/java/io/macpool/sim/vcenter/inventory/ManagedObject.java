package io.macpool.sim.vcenter.inventory;

import io.macpool.sim.vcenter.soap.ArrayValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.MoRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A managed object: its reference, its properties and who watches them. Only the inventory changes
 * it, and only under the inventory's lock; so for every method here.
 */
public final class ManagedObject {

  /** A property that is a set of references, grown and shrunk in place. */
  public static final class RefSet {
    private final Set<MoRef> refs = new LinkedHashSet<>();

    public Collection<MoRef> refs() {
      return refs;
    }
  }

  private final MoRef ref;
  private final Map<String, Object> properties = new LinkedHashMap<>();
  private final Set<PropertyWatcher> watchers = new LinkedHashSet<>();

  public ManagedObject(MoRef ref) {
    this.ref = ref;
  }

  public MoRef ref() {
    return ref;
  }

  public String type() {
    return ref.type();
  }

  public Set<PropertyWatcher> watchers() {
    return watchers;
  }

  /** Names of the properties that are set. */
  public Collection<String> names() {
    return properties.keySet();
  }

  /** For building, before the object is in the inventory. */
  public ManagedObject with(String name, Object value) {
    if (value != null) {
      properties.put(name, value);
    }
    return this;
  }

  public ManagedObject withRefs(String name, MoRef... refs) {
    refSet(name).refs.addAll(List.of(refs));
    return this;
  }

  public RefSet refSet(String name) {
    return (RefSet) properties.computeIfAbsent(name, n -> new RefSet());
  }

  void put(String path, Object value) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      if (value == null) {
        properties.remove(path);
      } else {
        properties.put(path, value);
      }
      return;
    }
    String first = path.substring(0, dot);
    if (properties.get(first) instanceof DataObject object) {
      properties.put(first, object.withPath(path.substring(dot + 1), value));
    } else if (value != null) {
      throw new IllegalArgumentException("no data object at " + first + " of " + ref);
    }
  }

  /** The immutable value at a dotted path; null if unset. */
  public Object read(String path) {
    Object value = raw(path);
    return value instanceof RefSet set ? ArrayValue.refs(new ArrayList<>(set.refs)) : value;
  }

  private Object raw(String path) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return properties.get(path);
    }
    Object value = properties.get(path.substring(0, dot));
    String rest = path.substring(dot + 1);
    while (value instanceof DataObject object) {
      int next = rest.indexOf('.');
      if (next < 0) {
        return object.get(rest);
      }
      value = object.get(rest.substring(0, next));
      rest = rest.substring(next + 1);
    }
    return null;
  }

  /** The references at a path: those of a set, of a list, or the single one. */
  public Collection<MoRef> refs(String path) {
    Object value = raw(path);
    if (value instanceof RefSet set) {
      return set.refs;
    }
    if (value instanceof MoRef single) {
      return List.of(single);
    }
    if (value instanceof ArrayValue array) {
      return array.items().stream().filter(MoRef.class::isInstance).map(MoRef.class::cast).toList();
    }
    return List.of();
  }

  public String string(String path) {
    return raw(path) instanceof String s ? s : "";
  }

  public MoRef refAt(String path) {
    return raw(path) instanceof MoRef r ? r : null;
  }
}
