package io.macpool.brain.lifecycle;

import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.LedgerException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The ledger for those who must not wait: a bounded number of threads ask it. */
public final class LedgerDesk implements AutoCloseable {

  private static final int WAITING = 10_000;

  private final Ledger ledger;
  private final ThreadPoolExecutor threads;

  /**
   * @param clerks how many questions at a time; as many as there are connections
   */
  public LedgerDesk(Ledger ledger, int clerks) {
    this.ledger = ledger;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            clerks,
            clerks,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "ledger-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Asks, and completes with the answer or with a {@link LedgerException}. */
  public <T> CompletableFuture<T> ask(Function<Ledger, T> question) {
    try {
      return CompletableFuture.supplyAsync(() -> question.apply(ledger), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new LedgerException("too many wait for the ledger, or the broker is stopping", e));
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
