package io.macpool.worker.job;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Cancels heard of late: one for a job that waits in the queue still takes effect when the job
 * comes. A job that was queued after its cancel is another run of it, started again by somebody.
 * Bounded: the cancel heard longest ago is forgotten.
 */
final class Cancels {

  private static final Duration REMEMBERED = Duration.ofHours(24);
  private static final int MOST = 10_000;

  private record Cancel(String reason, Instant at) {}

  private final Clock clock;
  private final Map<Long, Cancel> heard =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Cancel> eldest) {
          return size() > MOST;
        }
      };

  Cancels(Clock clock) {
    this.clock = clock;
  }

  synchronized void heard(long jobId, String reason) {
    heard.remove(jobId);
    heard.put(jobId, new Cancel(reason, clock.instant()));
  }

  /** Why a job that came at {@code receivedAt} is to be cancelled, if it is. */
  synchronized Optional<String> reasonFor(JobPayload job, Instant receivedAt) {
    Cancel cancel = heard.get(job.jobId());
    if (cancel == null || cancel.at().plus(REMEMBERED).isBefore(receivedAt)) {
      return Optional.empty();
    }
    boolean queuedLater = job.queuedAt().filter(at -> at.isAfter(cancel.at())).isPresent();
    return queuedLater ? Optional.empty() : Optional.of(cancel.reason());
  }
}
