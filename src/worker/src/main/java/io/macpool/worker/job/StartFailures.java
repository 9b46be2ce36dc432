package io.macpool.worker.job;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many instances failed each job, over all its deliveries to this worker; what other workers
 * saw comes with the payload's {@code meta}. Bounded: the job that failed longest ago is forgotten.
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

  synchronized void failed(long jobId, int total) {
    counts.remove(jobId);
    counts.put(jobId, total);
  }

  synchronized void over(long jobId) {
    counts.remove(jobId);
  }
}
