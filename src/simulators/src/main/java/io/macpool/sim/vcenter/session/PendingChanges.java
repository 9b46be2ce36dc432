package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.soap.EnumValue;
import io.macpool.sim.vcenter.soap.MoRef;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a client has not been told of a filter's objects, one change per object, oldest first.
 * Values are not kept: they are read when the client is told.
 */
final class PendingChanges {

  enum Kind {
    ENTER,
    MODIFY,
    LEAVE;

    EnumValue word() {
      return new EnumValue("ObjectUpdateKind", name().toLowerCase(Locale.ROOT));
    }
  }

  /** A change of one object; {@code paths} are those that were modified. */
  record Change(Kind kind, Set<String> paths) {

    static Change of(Kind kind) {
      return new Change(kind, new LinkedHashSet<>());
    }
  }

  private Map<MoRef, Change> changes = new LinkedHashMap<>();

  boolean isEmpty() {
    return changes.isEmpty();
  }

  void clear() {
    changes.clear();
  }

  void entered(MoRef object) {
    changes.put(object, Change.of(Kind.ENTER));
  }

  void left(MoRef object) {
    Change before = changes.get(object);
    if (before != null && before.kind() == Kind.ENTER) {
      // The client never heard of it.
      changes.remove(object);
    } else {
      changes.put(object, Change.of(Kind.LEAVE));
    }
  }

  /** Does nothing for an object of which all is to be told anyway. */
  void modified(MoRef object, Collection<String> paths) {
    Change change = changes.computeIfAbsent(object, o -> Change.of(Kind.MODIFY));
    if (change.kind() == Kind.MODIFY) {
      change.paths().addAll(paths);
    }
  }

  /** The client knows nothing any more: all members are new to it. */
  void restart(Collection<MoRef> members) {
    changes = new LinkedHashMap<>();
    members.forEach(this::entered);
  }

  /** Takes up to {@code limit} changes out. */
  Map<MoRef, Change> take(int limit) {
    Map<MoRef, Change> taken = new LinkedHashMap<>();
    Iterator<Map.Entry<MoRef, Change>> all = changes.entrySet().iterator();
    while (all.hasNext() && taken.size() < limit) {
      Map.Entry<MoRef, Change> next = all.next();
      taken.put(next.getKey(), next.getValue());
      all.remove();
    }
    return taken;
  }

  /** Puts back what was taken but never reached the client, before what came since. */
  void putBack(Map<MoRef, Change> lost) {
    Map<MoRef, Change> since = changes;
    changes = new LinkedHashMap<>(lost);
    since.forEach(
        (object, later) -> {
          switch (later.kind()) {
            case ENTER -> entered(object);
            case LEAVE -> left(object);
            case MODIFY -> modified(object, later.paths());
          }
        });
  }
}
