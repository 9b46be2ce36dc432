package io.macpool.brain.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Those who wait for a slot, woken fairly: owners take turns, and each owner's own are served in
 * order, so that who asks for many does not keep out who asks for one. Thread-safe.
 */
final class Waiting {

  private static final int MOST = 10_000;

  // The first owner is the next to be served; one that was served goes to the end.
  private final Map<String, Deque<CompletableFuture<Void>>> owners = new LinkedHashMap<>();
  private int size;

  /** A turn that completes when it is worth trying again; empty if too many wait. */
  synchronized Optional<CompletableFuture<Void>> join(String owner) {
    if (size >= MOST) {
      return Optional.empty();
    }
    CompletableFuture<Void> turn = new CompletableFuture<>();
    owners.computeIfAbsent(owner, o -> new ArrayDeque<>()).add(turn);
    size++;
    return Optional.of(turn);
  }

  /** A slot may be free: wakes the next who still waits. */
  void wake() {
    while (true) {
      CompletableFuture<Void> next;
      synchronized (this) {
        next = poll();
      }
      if (next == null || next.complete(null)) {
        return; // one that gave up passes its turn on
      }
    }
  }

  private CompletableFuture<Void> poll() {
    if (owners.isEmpty()) {
      return null;
    }
    String owner = owners.keySet().iterator().next();
    Deque<CompletableFuture<Void>> queue = owners.remove(owner);
    CompletableFuture<Void> turn = queue.poll();
    size--;
    if (!queue.isEmpty()) {
      owners.put(owner, queue);
    }
    return turn;
  }

  synchronized int size() {
    return size;
  }
}
