package io.macpool.brain.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A bounded number of permits, waited for in order without a thread. */
final class Permits {

  private final int waitingLimit;
  private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
  private int free;

  /**
   * @param waitingLimit how many may wait; more are refused at once
   */
  Permits(int permits, int waitingLimit) {
    this.free = permits;
    this.waitingLimit = waitingLimit;
  }

  /**
   * A future that completes when the permit is had; cancelling it gives up the place. Empty if too
   * many wait already. Whoever got a permit must {@link #release} it once.
   */
  Optional<CompletableFuture<Void>> acquire() {
    synchronized (this) {
      if (free > 0) {
        free--;
        return Optional.of(CompletableFuture.completedFuture(null));
      }
      if (waiting.size() >= waitingLimit) {
        return Optional.empty();
      }
      CompletableFuture<Void> place = new CompletableFuture<>();
      waiting.add(place);
      return Optional.of(place);
    }
  }

  void release() {
    while (true) {
      CompletableFuture<Void> next;
      synchronized (this) {
        next = waiting.poll();
        if (next == null) {
          free++;
          return;
        }
      }
      if (next.complete(null)) {
        return; // one that was cancelled passes its turn on
      }
    }
  }
}
