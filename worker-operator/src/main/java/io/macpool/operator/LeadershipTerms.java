package io.macpool.operator;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins a term when the Lease is won and ends it when it is lost to another one, again and again.
 * Whatever acts belongs to a term: one that comes after another's knows no more than a process that
 * was just started. A term goes on through times without an answer from the API.
 *
 * <p>Beginning and ending have a thread of their own, so that they don't delay a renewal.
 */
final class LeadershipTerms implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LeadershipTerms.class);
  private static final Duration ENDING = Duration.ofSeconds(20);

  private final Leadership leadership;
  private final Function<Runnable, ? extends AutoCloseable> begin;
  private final ScheduledExecutorService renewals = thread("lease");
  private final ScheduledExecutorService changes = thread("term");
  private volatile boolean wanted;

  /** Counts how often it was lost: what began before is not to go on after. */
  private volatile int losses;

  // The "term" thread's own.
  private @Nullable AutoCloseable term;
  private int lossesAtBegin;

  /**
   * Nothing begun yet.
   *
   * @param begin starts all that acts; closing what it returns ends it; is given what to run if the
   *     term can't go on
   */
  LeadershipTerms(Leadership leadership, Function<Runnable, ? extends AutoCloseable> begin) {
    this.leadership = leadership;
    this.begin = begin;
  }

  private static ScheduledExecutorService thread(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread made = new Thread(task, name);
          made.setDaemon(true);
          return made;
        });
  }

  /** Stands for election; a lone operator begins its only term before this returns. */
  @SuppressWarnings("FutureReturnValueIgnored") // each ends with its executor and throws nothing
  void start() {
    long pause = leadership.pause().toMillis();
    if (!leadership.isElected()) {
      wanted = true;
      try {
        changes.submit(() -> term = begin.apply(this::broken)).get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while starting", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      }
      changes.scheduleWithFixedDelay(this::follow, pause, pause, TimeUnit.MILLISECONDS);
      return;
    }
    renewals.scheduleWithFixedDelay(this::stand, 0, pause, TimeUnit.MILLISECONDS);
    changes.scheduleWithFixedDelay(this::follow, 0, pause, TimeUnit.MILLISECONDS);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // written by this one thread
  private void stand() {
    try {
      boolean ours = leadership.attempt();
      if (ours != wanted) {
        losses += ours ? 0 : 1;
        wanted = ours;
        changes.execute(this::follow);
      }
    } catch (RuntimeException e) {
      log.error("an attempt at the Lease failed", e);
    }
  }

  /** Ends a term that can't go on; the next look begins another one. */
  private void broken() {
    try {
      changes.execute(this::end);
    } catch (RejectedExecutionException e) {
      log.debug("it is being stopped anyway", e);
    }
  }

  /** Makes it as it is wanted; a term that can't begin is tried again. */
  private void follow() {
    try {
      if (term != null && (!wanted || lossesAtBegin != losses)) {
        end();
      }
      if (wanted && term == null) {
        lossesAtBegin = losses;
        term = begin.apply(this::broken);
      }
    } catch (RuntimeException e) {
      log.warn("can't begin to act, tried again: {}", e.getMessage());
    }
  }

  private void end() {
    AutoCloseable ending = term;
    term = null;
    try {
      if (ending != null) {
        ending.close();
      }
    } catch (Exception e) {
      log.warn("a term did not end in order: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    wanted = false;
    renewals.shutdownNow();
    try {
      renewals.awaitTermination(ENDING.toSeconds(), TimeUnit.SECONDS);
      changes.execute(this::end);
      changes.shutdown();
      if (!changes.awaitTermination(ENDING.toSeconds(), TimeUnit.SECONDS)) {
        changes.shutdownNow();
      }
    } catch (InterruptedException e) {
      changes.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
