package io.macpool.worker.job;

import io.macpool.core.job.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a delivery to a job that runs, or to the end of a delivery that is none. */
public final class Intake {

  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final int SHOWN = 200;
  private static final int REMEMBERED = 1000;
  private static final Duration RECLAIM_WAIT = Duration.ofSeconds(2);

  private final Neighbours neighbours;
  private final RunningJobs running;

  /** Hashes of the bodies rejected last. */
  private final Set<Integer> rejected =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
                  return size() > REMEMBERED;
                }
              }));

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
      reject(delivery, e);
      return Optional.empty();
    }
    if (isSettled(payload, delivery)) {
      return Optional.empty();
    }
    delivery.begun(payload.jobId());
    Job job = new Job(payload, delivery, neighbours);
    Optional<CompletableFuture<Verdict>> ended = running.run(job);
    if (ended.isEmpty()) {
      alreadyRunning(payload, delivery);
    } else if (delivery.isRedelivered()) {
      neighbours.claims().begun(JobKey.of(payload));
    }
    return ended.map(future -> new Begun(payload.jobId(), future));
  }

  /**
   * To the dead letters, if there are any. Some brokers (Qpid Broker-J among them) hand a rejected
   * message out again instead: it is then acked, for it must not go round for ever.
   */
  private void reject(Delivery delivery, PayloadException why) {
    boolean rejectedBefore = !rejected.add(Arrays.hashCode(delivery.body()));
    if (delivery.isRedelivered() && rejectedBefore) {
      log.warn("dropped a message that the broker handed out again after it was rejected");
      CompletableFuture<Boolean> unused = delivery.ack();
      return;
    }
    neighbours.meters().rejected();
    log.error(
        "rejected a message that is no job: {}; it begins: {}", why.getMessage(), start(delivery));
    delivery.reject();
  }

  /**
   * The queue is back: waits for a moment for the messages of the jobs that run on here, which it
   * hands out again, then asks the others about those that did not come.
   */
  public void reclaim(JobQueue queue) {
    long lost = running.all().stream().filter(Job::isDeliveryLost).count();
    for (int i = 0; i < lost; i++) {
      JobQueue.Take take = queue.take();
      CompletableFuture<Void> unused =
          take.delivery()
              .thenAcceptAsync(
                  delivery -> delivery.ifPresent(this::adoptOrGiveBack), neighbours.threads());
      later(take::cancel);
    }
    if (lost > 0) {
      log.info("{} jobs run on without a delivery: waiting for their messages", lost);
      later(neighbours.claims()::askForLost);
    }
  }

  private void later(Runnable task) {
    try {
      ScheduledFuture<?> unused =
          neighbours.scheduler().schedule(task, RECLAIM_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: nothing is reclaimed");
    }
  }

  private void adoptOrGiveBack(Delivery delivery) {
    try {
      JobPayload payload = JobPayload.parse(delivery.body(), neighbours.policy().defaults());
      Optional<Job> job = running.find(JobKey.of(payload));
      if (job.isPresent() && job.get().isDeliveryLost()) {
        alreadyRunning(payload, delivery);
      } else if (!isSettled(payload, delivery)) {
        delivery.giveBack();
      }
    } catch (PayloadException e) {
      delivery.giveBack(); // whoever takes it for a job will see to it
    }
  }

  /** Whether it is a job that was reported but not acked: then it is acked now. */
  private boolean isSettled(JobPayload payload, Delivery delivery) {
    boolean settled =
        delivery.isRedelivered() && neighbours.claims().takeSettled(JobKey.of(payload));
    if (settled) {
      log.info("job {} came again after its end was reported: acked", payload.jobId());
      CompletableFuture<Boolean> unused = delivery.ack();
    }
    return settled;
  }

  private void alreadyRunning(JobPayload payload, Delivery delivery) {
    Optional<Job> job = running.find(JobKey.of(payload));
    if (job.isEmpty()) {
      delivery.giveBack(); // it was given up, or came to its end, just now
    } else if (job.get().isDeliveryLost()) {
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
