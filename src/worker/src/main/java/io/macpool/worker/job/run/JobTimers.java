package io.macpool.worker.job.run;

import io.macpool.core.job.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One job's timers. They measure by a clock that nobody sets. All but {@link #touch} are called
 * from the job's mailbox.
 */
final class JobTimers {

  private final ScheduledExecutorService scheduler;
  private final Consumer<Timer> onFired;
  private final BooleanSupplier outputIsHeld;
  private final Map<Timer, ScheduledFuture<?>> running = new EnumMap<>(Timer.class);
  private volatile long lastOutput;

  /**
   * Makes timers.
   *
   * @param onFired called on the scheduler's thread
   * @param outputIsHeld whether output is there that we ourselves do not take yet: that is not
   *     silence
   */
  JobTimers(
      ScheduledExecutorService scheduler, BooleanSupplier outputIsHeld, Consumer<Timer> onFired) {
    this.scheduler = scheduler;
    this.outputIsHeld = outputIsHeld;
    this.onFired = onFired;
    this.lastOutput = System.nanoTime();
  }

  void start(Timer timer, Duration duration) {
    stop(timer);
    if (timer == Timer.SILENCE) {
      touch();
      schedule(timer, duration, () -> afterSilence(duration));
    } else {
      schedule(timer, duration, () -> onFired.accept(timer));
    }
  }

  void stop(Timer timer) {
    synchronized (running) {
      ScheduledFuture<?> future = running.remove(timer);
      if (future != null) {
        future.cancel(false);
      }
    }
  }

  /** There was output. Cheap: it only takes note of the time. */
  void touch() {
    lastOutput = System.nanoTime();
  }

  private void afterSilence(Duration limit) {
    long now = System.nanoTime();
    if (outputIsHeld.getAsBoolean()) {
      lastOutput = now;
    }
    Duration left = limit.minus(Duration.ofNanos(now - lastOutput));
    if (left.isNegative() || left.isZero()) {
      onFired.accept(Timer.SILENCE);
      return;
    }
    synchronized (running) {
      if (running.containsKey(Timer.SILENCE)) {
        schedule(Timer.SILENCE, left, () -> afterSilence(limit));
      }
    }
  }

  private void schedule(Timer timer, Duration duration, Runnable task) {
    try {
      synchronized (running) {
        running.put(timer, scheduler.schedule(task, duration.toMillis(), TimeUnit.MILLISECONDS));
      }
    } catch (RejectedExecutionException e) {
      synchronized (running) {
        running.remove(timer); // the worker has closed: every job was told
      }
    }
  }
}
