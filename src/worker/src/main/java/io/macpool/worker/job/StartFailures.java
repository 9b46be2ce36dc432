package io.macpool.worker.job;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each job failed to start, over all its deliveries that this worker has heard of.
 * Bounded: the job that failed longest ago is forgotten.
 */
public final class StartFailures {

  private static final int REMEMBERED = 10_000;

  private final Map<Long, Integer> counts =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** The number before this delivery. */
  public synchronized int before(JobPayload job) {
    return Math.max(job.startFailures(), counts.getOrDefault(job.jobId(), 0));
  }

  /** Takes note of a job's failures so far; 0: it is over. */
  synchronized void set(long jobId, int total) {
    counts.remove(jobId);
    if (total > 0) {
      counts.put(jobId, total);
    }
  }
}
