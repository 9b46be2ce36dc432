package io.macpool.worker.job.processor;

import io.macpool.worker.job.JobPayload;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Cancels heard of late: one for a job that waits in the queue still takes effect when the job
 * comes. A job that was queued after its cancel is another run of it, started again by somebody.
 * Bounded: the cancel heard longest ago is forgotten.
 */
final class Cancels {

  private static final Duration REMEMBERED = Duration.ofHours(24);
  private static final int MOST = 10_000;

  /**
   * @param at by the wall clock, as the times are by which jobs are queued
   * @param nanos by {@link System#nanoTime}
   */
  private record Cancel(String reason, Instant at, long nanos) {}

  private final Clock wall;
  private final LongSupplier nanos;
  private final Map<Long, Cancel> heard =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Cancel> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param wall what other machines' times are held against
   * @param nanos as {@link System#nanoTime}
   */
  Cancels(Clock wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
  }

  synchronized void heard(long jobId, String reason) {
    heard.remove(jobId);
    heard.put(jobId, new Cancel(reason, wall.instant(), nanos.getAsLong()));
  }

  /** Why a job that has come now is to be cancelled, if it is. */
  synchronized Optional<String> reasonFor(JobPayload job) {
    Cancel cancel = heard.get(job.jobId());
    if (cancel == null || nanos.getAsLong() - cancel.nanos() > REMEMBERED.toNanos()) {
      return Optional.empty();
    }
    boolean queuedLater = job.queuedAt().filter(at -> at.isAfter(cancel.at())).isPresent();
    return queuedLater ? Optional.empty() : Optional.of(cancel.reason());
  }
}
