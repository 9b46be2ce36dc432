package io.macpool.sim.vcenter.inventory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When things happen in the simulated vCenter: one thread, and durations shortened by a scale. */
public final class SimulatorClock implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SimulatorClock.class);

  /** Something that is yet to happen. */
  public interface Step {
    /** It shall not happen; no effect once it has begun. */
    void cancel();
  }

  private final Clock clock;
  private volatile double scale;
  private final ScheduledThreadPoolExecutor thread;

  /** At scale 10, an operation of 20 s takes 2 s. */
  public SimulatorClock(Clock clock, double scale) {
    this.clock = clock;
    this.scale = scale;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread made = new Thread(work, "vcenter-clock");
              made.setDaemon(true);
              return made;
            });
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** What begins from now on takes its time by another scale. */
  public void scale(double other) {
    scale = other;
  }

  public Instant now() {
    return clock.instant();
  }

  /** Runs {@code work} after a simulated duration. */
  public Step after(Duration simulated, Runnable work) {
    return schedule((long) (simulated.toNanos() / scale), work);
  }

  /** Runs {@code work} after a duration of the client's time, which no scale shortens. */
  public Step afterReal(Duration duration, Runnable work) {
    return schedule(duration.toNanos(), work);
  }

  private Step schedule(long nanos, Runnable work) {
    Future<?> scheduled =
        thread.schedule(
            () -> {
              try {
                work.run();
              } catch (RuntimeException e) {
                log.error("a step of the simulated vCenter failed", e);
              }
            },
            nanos,
            TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
