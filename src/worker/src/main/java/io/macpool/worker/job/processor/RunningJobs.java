package io.macpool.worker.job.processor;

import io.macpool.core.job.JobEvent;
import io.macpool.core.job.Verdict;
import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.run.Job;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs that this worker runs, for whoever has something to tell them. */
public final class RunningJobs implements JobQueue.Runs {

  private static final Logger log = LoggerFactory.getLogger(RunningJobs.class);

  private final Map<String, Job> jobs = new ConcurrentHashMap<>();
  private final Set<Job> clearing = ConcurrentHashMap.newKeySet();
  private final Cancels cancels;
  private volatile boolean stopped;

  /**
   * None yet.
   *
   * @param wall what times of other machines are held against
   */
  public RunningJobs(Clock wall) {
    this.cancels = new Cancels(wall, System::nanoTime);
  }

  /**
   * Runs a job; completes when its processor is free. Nothing if the same job runs here already.
   */
  Optional<CompletableFuture<Verdict>> run(Job job) {
    String key = job.key();
    Job present =
        jobs.merge(key, job, (running, again) -> running.state().isGivenUp() ? again : running);
    if (present != job) {
      return Optional.empty();
    }
    clearing.add(job);
    CompletableFuture<Boolean> unused = job.cleared().thenApply(nothing -> clearing.remove(job));
    CompletableFuture<Verdict> ended =
        job.run().whenComplete((verdict, never) -> jobs.remove(key, job));
    cancels.reasonFor(job.payload()).ifPresent(reason -> job.tell(new JobEvent.Cancelled(reason)));
    if (stopped) {
      job.tell(new JobEvent.WorkerStopping());
    }
    return Optional.of(ended);
  }

  @Override
  public boolean adopt(Delivery again) {
    Optional<Job> job =
        Optional.ofNullable(jobs.get(again.key())).filter(found -> !found.state().isGivenUp());
    if (job.isEmpty() || !job.get().isDeliveryLost()) {
      return false;
    }
    log.info("job {} has its message again", job.get().payload().jobId());
    job.get().adopt(again);
    return true;
  }

  @Override
  public void takenElsewhere(String key) {
    Optional.ofNullable(jobs.get(key))
        .ifPresent(job -> job.tell(new JobEvent.TakenElsewhere("another worker")));
  }

  /** All that run now. */
  public Collection<Job> all() {
    return List.copyOf(jobs.values());
  }

  /** Completes when nothing is left of any job, its instance included, of those known now. */
  public CompletableFuture<Void> cleared() {
    return CompletableFuture.allOf(
        clearing.stream().map(Job::cleared).toArray(CompletableFuture<?>[]::new));
  }

  /** How many instances they hold. */
  public int instances() {
    return (int) jobs.values().stream().filter(job -> job.instanceId().isPresent()).count();
  }

  /** Cancels a job; one that does not run here may come to us: that is remembered for a while. */
  public void cancel(long jobId, String reason) {
    cancels.heard(jobId, reason);
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
