package io.macpool.brain.lifecycle.execution;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A bounded number of permits, waited for without a thread: owners take turns, and each owner's own
 * are served in order, so that who asks for many does not keep out who asks for one. Thread-safe.
 */
public final class Permits {

  private final int waitingLimit;

  // The first owner is the next to be served; one that was served goes to the end.
  private final Map<String, Deque<CompletableFuture<Void>>> owners = new LinkedHashMap<>();
  private int waiting;
  private int free;

  /**
   * @param waitingLimit how many may wait; more are refused at once, but for an owner of whom
   *     nobody waits
   */
  public Permits(int permits, int waitingLimit) {
    this.free = permits;
    this.waitingLimit = waitingLimit;
  }

  /**
   * A future that completes when the permit is had; cancelling it gives up the place. Empty if too
   * many wait already. Whoever got a permit must {@link #release} it once.
   *
   * @param owner for whom it is; not one of any number that strangers choose
   */
  public synchronized Optional<CompletableFuture<Void>> acquire(String owner) {
    if (free > 0) {
      free--;
      return Optional.of(CompletableFuture.completedFuture(null));
    }
    if (waiting >= waitingLimit && owners.containsKey(owner)) {
      return Optional.empty();
    }
    CompletableFuture<Void> place = new CompletableFuture<>();
    owners.computeIfAbsent(owner, name -> new ArrayDeque<>()).add(place);
    waiting++;
    return Optional.of(place);
  }

  public void release() {
    Optional<CompletableFuture<Void>> next = next();
    while (next.isPresent() && !next.get().complete(null)) {
      next = next(); // one that was cancelled passes its turn on
    }
  }

  /** How many wait, by owner. */
  public synchronized Map<String, Integer> byOwner() {
    Map<String, Integer> sizes = new TreeMap<>();
    owners.forEach(
        (owner, line) -> {
          // One that was cancelled stays in the line until its turn comes.
          long count = line.stream().filter(place -> !place.isDone()).count();
          if (count > 0) {
            sizes.put(owner, (int) count);
          }
        });
    return sizes;
  }

  /** The next place; without one the permit is free. */
  private synchronized Optional<CompletableFuture<Void>> next() {
    Iterator<Map.Entry<String, Deque<CompletableFuture<Void>>>> all = owners.entrySet().iterator();
    if (!all.hasNext()) {
      free++;
      return Optional.empty();
    }
    Map.Entry<String, Deque<CompletableFuture<Void>>> owner = all.next();
    String name = owner.getKey();
    Deque<CompletableFuture<Void>> line = owner.getValue();
    all.remove();
    CompletableFuture<Void> place = line.remove();
    waiting--;
    if (!line.isEmpty()) {
      owners.put(name, line);
    }
    return Optional.of(place);
  }
}
