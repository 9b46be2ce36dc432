package io.macpool.brain.simulation;

import io.macpool.brain.simulation.VirtualTime.Lane;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Some threads in virtual time. A piece of work is one event; while it waits for its database, as
 * many others may run as there are threads. Nobody may wait for what is scheduled here.
 */
final class VirtualThreads extends AbstractExecutorService implements ScheduledExecutorService {

  private static final Duration LATEST = Duration.ofMillis(3);

  private final VirtualTime time;
  private final Lane lane;
  private final int threads;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int busy;
  private boolean down;

  VirtualThreads(VirtualTime time, Lane lane, int threads) {
    this.time = time;
    this.lane = lane;
    this.threads = threads;
  }

  @Override
  public void execute(Runnable work) {
    lane.check();
    if (down) {
      throw new RejectedExecutionException("shut down");
    }
    waiting.add(work);
    begin();
  }

  private void begin() {
    if (busy < threads && !waiting.isEmpty()) {
      time.in(time.between(Duration.ZERO, LATEST), lane, this::work);
    }
  }

  private void begin(Runnable scheduled) {
    if (!down) {
      execute(scheduled);
    }
  }

  private void work() {
    if (busy >= threads || waiting.isEmpty()) {
      return;
    }
    busy++;
    try {
      waiting.remove().run();
    } finally {
      busy--;
      begin();
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    later(work, delay, unit);
    return null;
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable work, long first, long delay, TimeUnit unit) {
    again(work, first, delay, unit);
    return null;
  }

  private void later(Runnable work, long delay, TimeUnit unit) {
    time.in(Duration.of(delay, unit.toChronoUnit()), lane, () -> begin(work));
  }

  private void again(Runnable work, long first, long delay, TimeUnit unit) {
    later(
        () -> {
          work.run();
          again(work, delay, delay, unit);
        },
        first,
        unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable work, long first, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(work, first, period, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("nobody waits for what is scheduled here");
  }

  @Override
  public void shutdown() {
    down = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    down = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return down;
  }

  @Override
  public boolean isTerminated() {
    return down;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
