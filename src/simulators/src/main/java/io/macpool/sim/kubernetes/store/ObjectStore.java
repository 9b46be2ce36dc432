package io.macpool.sim.kubernetes.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Every object, one revision counter over all of them, and the last changes. What it hands out is
 * shared: copy before changing. A compound change runs inside {@link #atomically}; listeners are
 * told of each change under the same lock, in order, so they must be quick.
 */
public final class ObjectStore {

  /** Changes remembered for watches that resume; older ones are gone (410). */
  private static final int HISTORY = 20_000;

  /** What happened to an object. */
  public enum ChangeKind {
    ADDED,
    MODIFIED,
    DELETED
  }

  /**
   * One change.
   *
   * @param before the object as it was; null if it was added
   * @param object the object as it is, or last was
   */
  public record Change(
      ChangeKind kind, ObjectKey key, JsonNode before, ObjectNode object, long revision) {}

  /** Told of every change, in order. */
  public interface Listener {
    void changed(Change change);
  }

  private final Map<String, TreeMap<ObjectKey, ObjectNode>> objects = new TreeMap<>();
  private final Deque<Change> history = new ArrayDeque<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private long revision = 1;
  private long compacted = 1;

  /** Runs one compound change; nothing else changes meanwhile. */
  public synchronized <T> T atomically(Supplier<T> change) {
    return change.get();
  }

  public synchronized long revision() {
    return revision;
  }

  public synchronized Optional<ObjectNode> get(ObjectKey key) {
    TreeMap<ObjectKey, ObjectNode> all = objects.get(key.resource());
    return all == null ? Optional.empty() : Optional.ofNullable(all.get(key));
  }

  /** All objects of a resource, by namespace and name; in one namespace unless it is empty. */
  public synchronized List<ObjectNode> list(String resource, String namespace) {
    TreeMap<ObjectKey, ObjectNode> all = objects.get(resource);
    if (all == null) {
      return List.of();
    }
    if (namespace.isEmpty()) {
      return List.copyOf(all.values());
    }
    return List.copyOf(
        all.subMap(
                new ObjectKey(resource, namespace, ""),
                true,
                new ObjectKey(resource, namespace + '\0', ""),
                false)
            .values());
  }

  /** Keeps the object under a new revision, which is written into it; it is the store's then. */
  public synchronized ObjectNode put(ObjectKey key, ObjectNode object) {
    revision++;
    Metadata.of(object).put("resourceVersion", Long.toString(revision));
    ObjectNode before =
        objects.computeIfAbsent(key.resource(), name -> new TreeMap<>()).put(key, object);
    tell(
        new Change(
            before == null ? ChangeKind.ADDED : ChangeKind.MODIFIED,
            key,
            before,
            object,
            revision));
    return object;
  }

  /** Forgets the object and returns it as it last was, under the revision of its end. */
  public synchronized Optional<ObjectNode> remove(ObjectKey key) {
    TreeMap<ObjectKey, ObjectNode> all = objects.get(key.resource());
    ObjectNode before = all == null ? null : all.remove(key);
    if (before == null) {
      return Optional.empty();
    }
    revision++;
    ObjectNode last = before.deepCopy();
    Metadata.of(last).put("resourceVersion", Long.toString(revision));
    tell(new Change(ChangeKind.DELETED, key, before, last, revision));
    return Optional.of(last);
  }

  private void tell(Change change) {
    history.add(change);
    if (history.size() > HISTORY) {
      compacted = history.removeFirst().revision();
    }
    listeners.forEach(listener -> listener.changed(change));
  }

  /**
   * The changes after {@code since}, and from then on every change to {@code listener}.
   *
   * @throws ApiFailure 410 if changes since then are no longer remembered
   */
  public synchronized List<Change> follow(long since, Listener listener) {
    if (since < compacted) {
      throw ApiFailure.expired();
    }
    listeners.add(listener);
    List<Change> missed = new ArrayList<>();
    for (Change change : history) {
      if (change.revision() > since) {
        missed.add(change);
      }
    }
    return missed;
  }

  public void forget(Listener listener) {
    listeners.remove(listener);
  }

  /** Forgets the changes so far: a watch that would resume before now is told 410. */
  public synchronized void compact() {
    history.clear();
    compacted = revision;
  }
}
