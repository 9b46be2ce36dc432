package io.macpool.brain.tart;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all Macs again and again. A round ends when each that could be reached before it has
 * answered, or not in time: one that is lost already keeps nobody waiting.
 */
final class MacRounds implements AutoCloseable {

  private final Macs macs;
  private final Duration interval;
  private final LongConsumer ended;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread t = new Thread(task, "tart-events");
            t.setDaemon(true);
            return t;
          });

  // Confined to the thread.
  private boolean running;
  private boolean hurried;
  private @Nullable ScheduledFuture<?> next;

  /**
   * @param ended told when the round began, by {@link System#nanoTime}
   */
  MacRounds(Macs macs, Duration interval, LongConsumer ended) {
    this.macs = macs;
    this.interval = interval;
    this.ended = ended;
  }

  void start() {
    tell(this::round);
  }

  /** Has the next round begin at once. */
  void hurry() {
    tell(
        () -> {
          if (running) {
            hurried = true;
          } else if (next != null && next.cancel(false)) {
            round();
          }
        });
  }

  /** Runs on the one thread of all news, in order. */
  void tell(Runnable news) {
    try {
      thread.execute(news);
    } catch (RejectedExecutionException e) {
      // It is closed: nobody listens any more.
    }
  }

  private void round() {
    running = true;
    hurried = false;
    macs.follow();
    long askedAt = System.nanoTime();
    List<CompletableFuture<Void>> waits = macs.look();
    CompletableFuture<Void> unused =
        CompletableFuture.allOf(waits.toArray(new CompletableFuture<?>[0]))
            .whenComplete((nothing, failure) -> tell(() -> end(askedAt)));
  }

  private void end(long askedAt) {
    running = false;
    ended.accept(askedAt);
    next = thread.schedule(() -> round(), hurried ? 0 : interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
