package io.macpool.brain.lifecycle.execution;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The JDK's timers and threads, which are daemons; time on record is the ledger's. */
public record ProcessRuntime(Clock clock) implements BrokerRuntime {

  private static final int IDLE_SECONDS = 30;

  public ProcessRuntime {
    Objects.requireNonNull(clock, "clock");
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public String newId() {
    return UUID.randomUUID().toString();
  }

  @Override
  public CompletableFuture<Void> after(Duration delay) {
    return CompletableFuture.runAsync(
        () -> {}, CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // it is the future that was given
  public void completeAfter(CompletableFuture<Void> word, Duration delay) {
    word.completeOnTimeout(null, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public ScheduledExecutorService serial(String name) {
    return Executors.newSingleThreadScheduledExecutor(task -> daemon(task, name));
  }

  @Override
  public ExecutorService pool(String name, int threads, int waiting) {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        threads,
        threads,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(waiting),
        task -> daemon(task, name + "-" + number.incrementAndGet()));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
