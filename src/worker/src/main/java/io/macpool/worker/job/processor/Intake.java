package io.macpool.worker.job.processor;

import io.macpool.core.job.Verdict;
import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.PayloadException;
import io.macpool.worker.job.run.Job;
import io.macpool.worker.job.run.JobDependencies;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a delivery to a job that runs, or to the end of a delivery that is none. */
public final class Intake {

  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final int SHOWN = 200;
  private static final int REMEMBERED = 1000;

  private final JobDependencies dependencies;
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

  public Intake(JobDependencies dependencies, RunningJobs running) {
    this.dependencies = dependencies;
    this.running = running;
  }

  /** A job that has begun. */
  record Begun(long jobId, CompletableFuture<Verdict> ended) {}

  /**
   * Begins the job; nothing if there is nothing to run, and the delivery then has its end.
   *
   * @param processor the id of who runs it
   */
  Optional<Begun> begin(Delivery delivery, String processor) {
    JobPayload payload;
    try {
      payload = JobPayload.parse(delivery.body(), dependencies.policy().defaults());
    } catch (PayloadException e) {
      reject(delivery, e);
      return Optional.empty();
    }
    Job job = new Job(payload, delivery, processor, dependencies);
    Optional<CompletableFuture<Verdict>> ended = running.run(job);
    if (ended.isEmpty()) {
      alreadyRunning(payload, delivery);
    }
    return ended.map(future -> new Begun(payload.jobId(), future));
  }

  /**
   * To the dead letters, if there are any. Should a broker hand a rejected message out again, it is
   * acked: it must not go round for ever.
   */
  private void reject(Delivery delivery, PayloadException why) {
    boolean rejectedBefore = !rejected.add(Arrays.hashCode(delivery.body()));
    if (delivery.isRedelivered() && rejectedBefore) {
      log.warn("dropped a message that the broker handed out again after it was rejected");
      CompletableFuture<Boolean> unused = delivery.ack();
      return;
    }
    dependencies.meters().rejected();
    log.error(
        "rejected a message that is no job: {}; it begins: {}", why.getMessage(), start(delivery));
    delivery.reject();
  }

  private void alreadyRunning(JobPayload payload, Delivery delivery) {
    if (!running.adopt(delivery)) {
      log.warn("job {} came twice while it runs: given back until it has ended", payload.jobId());
      delivery.giveBack();
    }
  }

  /** The first bytes, with nothing in them that could forge a log line. */
  private static String start(Delivery delivery) {
    byte[] body = delivery.body();
    String text = new String(body, 0, Math.min(body.length, SHOWN), StandardCharsets.UTF_8);
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
