package io.macpool.worker.job;

import io.macpool.core.job.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a delivery to a job that runs, or to the end of a delivery that is none. */
public final class Intake {

  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final int SHOWN = 200;

  private final Neighbours neighbours;
  private final RunningJobs running;

  public Intake(Neighbours neighbours, RunningJobs running) {
    this.neighbours = neighbours;
    this.running = running;
  }

  /** A job that has begun. */
  record Begun(long jobId, CompletableFuture<Verdict> ended) {}

  /** Begins the job; nothing if there is nothing to run, and the delivery then has its end. */
  Optional<Begun> begin(Delivery delivery) {
    JobPayload payload;
    try {
      payload = JobPayload.parse(delivery.body(), neighbours.policy().defaults());
    } catch (PayloadException e) {
      neighbours.meters().rejected();
      log.error(
          "rejected a message that is no job: {}; it begins: {}", e.getMessage(), start(delivery));
      delivery.reject();
      return Optional.empty();
    }
    Job job = new Job(payload, delivery, neighbours);
    Optional<CompletableFuture<Verdict>> ended = running.run(job);
    if (ended.isEmpty()) {
      alreadyRunning(payload, delivery);
    }
    return ended.map(future -> new Begun(payload.jobId(), future));
  }

  private void alreadyRunning(JobPayload payload, Delivery delivery) {
    Optional<Job> job = running.find(JobKey.of(payload));
    if (job.isPresent() && job.get().isDeliveryLost()) {
      log.info("job {} came again after a lost connection: it runs on", payload.jobId());
      job.get().adopt(delivery);
    } else {
      log.warn("job {} came twice while it runs: the second message is dropped", payload.jobId());
      CompletableFuture<Boolean> unused = delivery.ack();
    }
  }

  /** The first bytes, with nothing in them that could forge a log line. */
  private static String start(Delivery delivery) {
    byte[] body = delivery.body();
    String text = new String(body, 0, Math.min(body.length, SHOWN), StandardCharsets.UTF_8);
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
