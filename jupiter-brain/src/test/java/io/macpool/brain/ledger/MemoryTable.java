package io.macpool.brain.ledger;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A table in memory, in the order of its keys; what a transaction did to it can be undone. */
final class MemoryTable<K extends Comparable<K>, V> {

  /** What was done since the transaction began, the last first. */
  static final class Undo {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    private void add(Runnable step) {
      steps.push(step);
    }

    void forget() {
      steps.clear();
    }

    void all() {
      while (!steps.isEmpty()) {
        steps.pop().run();
      }
    }
  }

  private final TreeMap<K, V> rows = new TreeMap<>();
  private final Undo undo;

  MemoryTable(Undo undo) {
    this.undo = undo;
  }

  Optional<V> find(K key) {
    return Optional.ofNullable(rows.get(key));
  }

  boolean has(K key) {
    return rows.containsKey(key);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  Collection<V> all() {
    return Collections.unmodifiableCollection(rows.values());
  }

  Map<K, V> rows() {
    return Collections.unmodifiableMap(rows);
  }

  void put(K key, V value) {
    restoreLater(key, rows.put(key, value));
  }

  void remove(K key) {
    V before = rows.remove(key);
    if (before != null) {
      restoreLater(key, before);
    }
  }

  void removeIf(Predicate<Map.Entry<K, V>> condition) {
    rows.entrySet().stream()
        .filter(condition)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::remove);
  }

  private void restoreLater(K key, V before) {
    undo.add(
        () -> {
          if (before == null) {
            rows.remove(key);
          } else {
            rows.put(key, before);
          }
        });
  }
}
