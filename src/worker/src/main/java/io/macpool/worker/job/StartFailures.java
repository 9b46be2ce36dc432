package io.macpool.worker.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How often each job failed to start, over all its deliveries that this worker has heard of.
 * Bounded: the job that failed longest ago is forgotten.
 */
public final class StartFailures {

  /** How often a job failed to start by now; 0: it is over. */
  public record Count(long jobId, int failures) {}

  private static final int REMEMBERED = 10_000;

  private final Map<Long, Integer> counts =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

  private final Consumer<Count> toAll;

  /** Counts that every worker is told of by {@code toAll}, which must not block. */
  public StartFailures(Consumer<Count> toAll) {
    this.toAll = toAll;
  }

  /** A job failed to start so often by now, wherever it was tried; 0: it is over. */
  public void tell(long jobId, int total) {
    hear(new Count(jobId, total));
    toAll.accept(new Count(jobId, total));
  }

  /** Somebody said how often; maybe we ourselves. */
  public void hear(Count count) {
    set(count.jobId(), count.failures());
  }

  /** The number before this delivery. */
  public synchronized int before(JobPayload job) {
    return Math.max(job.startFailures(), counts.getOrDefault(job.jobId(), 0));
  }

  /** Takes note of a job's failures so far; 0: it is over. */
  private synchronized void set(long jobId, int total) {
    counts.remove(jobId);
    if (total > 0) {
      counts.put(jobId, total);
    }
  }
}
