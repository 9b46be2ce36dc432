package io.macpool.brain.simulation;

import io.macpool.brain.lifecycle.execution.BrokerRuntime;
import io.macpool.brain.simulation.VirtualTime.Lane;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * A replica's threads and timers in virtual time; all of them end when it dies.
 *
 * @param lane the replica's
 * @param clock by which it puts things on record
 * @param monotonic its own, which drifts
 */
record VirtualRuntime(VirtualTime time, Lane lane, Clock clock, LongSupplier monotonic)
    implements BrokerRuntime {

  @Override
  public long nanos() {
    return monotonic.getAsLong();
  }

  @Override
  public String newId() {
    return new UUID(time.chance().nextLong(), time.chance().nextLong()).toString();
  }

  @Override
  public CompletableFuture<Void> after(Duration delay) {
    CompletableFuture<Void> word = new CompletableFuture<>();
    completeAfter(word, delay);
    return word;
  }

  @Override
  public void completeAfter(CompletableFuture<Void> word, Duration delay) {
    time.in(delay, lane, () -> word.complete(null));
  }

  @Override
  public ScheduledExecutorService serial(String name) {
    return new VirtualThreads(time, lane, 1);
  }

  @Override
  public ExecutorService pool(String name, int threads, int waiting) {
    return new VirtualThreads(time, lane, threads);
  }
}
