package io.macpool.guest.ssh;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Lets so many things go on at once; the others begin in the order in which they came. */
final class ConcurrencyLimit {

  private final Executor threads;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int free;

  /**
   * So many turns.
   *
   * @param threads begin what had to wait; never blocked
   */
  ConcurrencyLimit(int atOnce, Executor threads) {
    this.free = atOnce;
    this.threads = threads;
  }

  /** Begins the work when it is its turn; the turn ends with the work's future. */
  <T> CompletableFuture<T> inTurn(Supplier<CompletableFuture<T>> work) {
    CompletableFuture<Void> begin = new CompletableFuture<>();
    CompletableFuture<T> result = begin.thenCompose(go -> work.get());
    CompletableFuture<T> unused = result.whenComplete((value, failure) -> leave());
    enter(() -> begin.complete(null));
    return result;
  }

  private void enter(Runnable begin) {
    synchronized (this) {
      if (free == 0) {
        waiting.add(begin);
        return;
      }
      free--;
    }
    begin.run();
  }

  private void leave() {
    Runnable next;
    synchronized (this) {
      next = waiting.poll();
      if (next == null) {
        free++;
        return;
      }
    }
    threads.execute(next);
  }
}
