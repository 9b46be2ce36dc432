package io.macpool.worker.job;

import io.macpool.core.job.JobEvent;
import io.macpool.core.job.Verdict;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs that this worker runs, for whoever has something to tell them. */
public final class RunningJobs {

  private static final Logger log = LoggerFactory.getLogger(RunningJobs.class);

  private final Map<JobKey, Job> jobs = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  /**
   * Runs a job; completes when its processor is free. Nothing if the same job runs here already.
   */
  Optional<CompletableFuture<Verdict>> run(Job job) {
    JobKey key = JobKey.of(job.payload());
    Job present =
        jobs.merge(key, job, (running, again) -> running.state().isGivenUp() ? again : running);
    if (present != job) {
      return Optional.empty();
    }
    CompletableFuture<Verdict> ended =
        job.run().whenComplete((verdict, never) -> jobs.remove(key, job));
    if (stopped) {
      job.tell(new JobEvent.WorkerStopping());
    }
    return Optional.of(ended);
  }

  /** The job that runs here under this key; not one that was given up and only clears up. */
  Optional<Job> find(JobKey key) {
    return Optional.ofNullable(jobs.get(key)).filter(job -> !job.state().isGivenUp());
  }

  /** All that run now. */
  public Collection<Job> all() {
    return List.copyOf(jobs.values());
  }

  /** How many instances they hold. */
  public int instances() {
    return (int) jobs.values().stream().filter(job -> job.instanceId().isPresent()).count();
  }

  /** Cancels a job; one that does not run here is none of our business. */
  public void cancel(long jobId, String reason) {
    for (Job job : all()) {
      if (job.payload().jobId() == jobId) {
        log.info("job {} is cancelled: {}", jobId, reason);
        job.tell(new JobEvent.Cancelled(reason));
      }
    }
  }

  /** Every job, and every one that still begins, is given back at once. */
  public void stop() {
    stopped = true;
    all().forEach(job -> job.tell(new JobEvent.WorkerStopping()));
  }
}
