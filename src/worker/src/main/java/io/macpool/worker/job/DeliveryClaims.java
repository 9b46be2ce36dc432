package io.macpool.worker.job;

import io.macpool.core.job.JobEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has a job after a connection was lost. The queue takes every unacked delivery of a lost
 * connection back and hands it out again, while the job runs on here. So a worker that begins a job
 * that was handed out before says so to all; one that is back asks about its jobs; one that
 * finished a job without being able to ack it says so, and acks the message when it comes again.
 * Whoever runs a job that by this is another's stops it.
 *
 * <p>Best effort over a fanout that keeps nothing: when two workers can't hear each other a job may
 * run twice, as it always could. Old workers ignore these commands.
 */
public final class DeliveryClaims {

  /** What is said of a job. */
  public enum Kind {
    /** I hold its delivery. */
    TAKEN,
    /** Who holds its delivery? I run it and have lost mine. */
    ASKED,
    /** I have reported its end, and could not ack it. */
    SETTLED,
    /** It failed to start so often by now; or, with none, it is over. */
    START_FAILED
  }

  /**
   * One sentence to all workers.
   *
   * @param worker who says it
   * @param startFailures with {@link Kind#START_FAILED}, else 0
   */
  public record Claim(Kind kind, JobKey job, String worker, int startFailures) {}

  private static final Logger log = LoggerFactory.getLogger(DeliveryClaims.class);
  private static final int REMEMBERED = 10_000;

  private final String worker;
  private final RunningJobs running;
  private final StartFailures startFailures;
  private final Consumer<Claim> wire;
  private final Map<JobKey, Boolean> settled =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<JobKey, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Claims of one worker.
   *
   * @param worker unlike any other's
   * @param wire sends to all workers; must not block
   */
  public DeliveryClaims(
      String worker, RunningJobs running, StartFailures startFailures, Consumer<Claim> wire) {
    this.worker = worker;
    this.running = running;
    this.startFailures = startFailures;
    this.wire = wire;
  }

  /** A job begins here whose message was handed out before. */
  void begun(JobKey job) {
    say(Kind.TAKEN, job);
  }

  /** A job failed to start so often by now, wherever it was tried; 0: it is over. */
  void failedToStart(JobKey job, int total) {
    startFailures.set(job.jobId(), total);
    wire.accept(new Claim(Kind.START_FAILED, job, worker, total));
  }

  /** A job's end is reported, and the queue has its message still. */
  void ackLost(JobKey job) {
    synchronized (settled) {
      settled.put(job, true);
    }
    say(Kind.SETTLED, job);
  }

  /** Whether this job's end was reported here; forgets it, for its message has come again. */
  boolean takeSettled(JobKey job) {
    synchronized (settled) {
      return settled.remove(job) != null;
    }
  }

  /** The connection is back: asks about every job whose delivery is lost. */
  void askForLost() {
    running.all().stream()
        .filter(Job::isDeliveryLost)
        .forEach(job -> say(Kind.ASKED, JobKey.of(job.payload())));
  }

  /** Somebody said something; maybe we ourselves. */
  public void hear(Claim claim) {
    if (claim.worker().equals(worker)) {
      return;
    }
    Optional<Job> ours = running.find(claim.job());
    switch (claim.kind()) {
      case TAKEN -> {
        if (isSettled(claim.job())) {
          say(Kind.SETTLED, claim.job());
        } else if (ours.isPresent() && ours.get().isDeliveryLost()) {
          giveWay(ours.get(), claim);
        }
      }
      case ASKED -> {
        if (ours.isPresent() && !ours.get().isDeliveryLost()) {
          say(Kind.TAKEN, claim.job());
        }
      }
      case SETTLED -> ours.ifPresent(job -> giveWay(job, claim));
      case START_FAILED -> startFailures.set(claim.job().jobId(), claim.startFailures());
    }
  }

  private static void giveWay(Job job, Claim claim) {
    log.warn(
        "job {} is stopped here: worker {} has {} it",
        claim.job().jobId(),
        claim.worker(),
        claim.kind());
    job.tell(new JobEvent.TakenElsewhere(claim.worker()));
  }

  private boolean isSettled(JobKey job) {
    synchronized (settled) {
      return settled.containsKey(job);
    }
  }

  private void say(Kind kind, JobKey job) {
    wire.accept(new Claim(kind, job, worker, 0));
  }
}
