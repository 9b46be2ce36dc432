package io.macpool.brain.lifecycle.create;

import io.macpool.brain.lifecycle.execution.BrokerRuntime;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Those who wait for a slot, woken fairly: owners take turns, and each owner's own are served in
 * order, so that who asks for many does not keep out who asks for one. Who was woken in vain keeps
 * its place; who gives up leaves it. Thread-safe.
 */
final class Waiting {

  private static final int MOST = 10_000;
  private static final Duration LEAST = Duration.ofMillis(1);

  // The first owner is the next to be served; one that was served goes to the end.
  private final Map<String, Set<Turn>> owners = new LinkedHashMap<>();
  private final BrokerRuntime runtime;
  private int size;

  /** Wakes that found nobody: whoever tried before one of them has to try again. */
  private long unheard;

  Waiting(BrokerRuntime runtime) {
    this.runtime = runtime;
  }

  /** One place in the line, to be left whatever becomes of it. */
  final class Turn {

    private final String owner;
    private CompletableFuture<Void> word = CompletableFuture.completedFuture(null);

    private Turn(String owner) {
      this.owner = owner;
    }

    /**
     * Completes when it is worth trying again: a slot may be free, or patience is over.
     *
     * @param heard what {@link #unheard} was before it was tried in vain
     */
    CompletableFuture<Void> await(long heard, Duration patience, Cancellation cancellation) {
      CompletableFuture<Void> fresh = new CompletableFuture<>();
      boolean missed;
      synchronized (Waiting.this) {
        missed = heard != unheard;
        word = fresh;
      }
      if (missed) {
        fresh.complete(null);
      }
      cancellation.onHeard(fresh::completeExceptionally);
      runtime.completeAfter(fresh, patience.compareTo(LEAST) < 0 ? LEAST : patience);
      return fresh;
    }

    void leave() {
      synchronized (Waiting.this) {
        Set<Turn> line = owners.get(owner);
        if (line != null && line.remove(this)) {
          size--;
          if (line.isEmpty()) {
            owners.remove(owner);
          }
        }
      }
    }
  }

  /** A place at the end of the owner's line; empty if too many wait, and some of them for it. */
  synchronized Optional<Turn> join(String owner) {
    if (size >= MOST && owners.containsKey(owner)) {
      return Optional.empty();
    }
    Turn turn = new Turn(owner);
    owners.computeIfAbsent(owner, o -> new LinkedHashSet<>()).add(turn);
    size++;
    return Optional.of(turn);
  }

  /** A slot may be free: wakes the next who still waits. */
  void wake() {
    Optional<CompletableFuture<Void>> next = next();
    while (next.isPresent() && !next.get().complete(null)) {
      next = next(); // one whose patience ended just now tries by itself
    }
  }

  private synchronized Optional<CompletableFuture<Void>> next() {
    for (Iterator<Map.Entry<String, Set<Turn>>> all = owners.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<String, Set<Turn>> owner = all.next();
      for (Turn turn : owner.getValue()) {
        if (!turn.word.isDone()) {
          all.remove();
          owners.put(owner.getKey(), owner.getValue());
          return Optional.of(turn.word);
        }
      }
    }
    unheard++;
    return Optional.empty();
  }

  /** To be asked before it is tried whether there is a slot, see {@link Turn#await}. */
  synchronized long unheard() {
    return unheard;
  }

  /** How many wait, by owner. */
  synchronized Map<String, Integer> byOwner() {
    Map<String, Integer> sizes = new TreeMap<>();
    owners.forEach((owner, line) -> sizes.put(owner, line.size()));
    return sizes;
  }

  synchronized int size() {
    return size;
  }
}
