package io.macpool.worker.job.run;

import io.macpool.core.GoDuration;
import io.macpool.core.job.JobAction;
import io.macpool.core.job.JobEvent;
import io.macpool.core.job.JobMachine;
import io.macpool.core.job.JobState;
import io.macpool.core.job.JobStep;
import io.macpool.core.job.Phase;
import io.macpool.core.job.Verdict;
import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobPayload;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One job being run: its machine, and the {@link JobActionExecutor} that carries out what the
 * machine says. Events come from any thread and are dealt with one after the other.
 */
public final class Job {

  private static final Logger log = LoggerFactory.getLogger(Job.class);

  private final JobPayload payload;
  private final String key;
  private final String processor;
  private final JobDependencies dependencies;
  private final Mailbox mailbox;
  private final Instant receivedAt;
  private final JobTrace trace;
  private final JobActionExecutor actions;
  private final CompletableFuture<Verdict> ended = new CompletableFuture<>();
  private final CompletableFuture<Void> cleared = new CompletableFuture<>();
  private volatile Delivery delivery;
  private volatile JobState state;

  public Job(
      JobPayload payload, Delivery delivery, String processor, JobDependencies dependencies) {
    this.payload = payload;
    this.processor = processor;
    this.delivery = delivery;
    this.key = delivery.key();
    this.dependencies = dependencies;
    this.mailbox = new Mailbox(dependencies.threads());
    this.receivedAt = dependencies.clock().instant();
    this.trace = new JobTrace(dependencies.traces(), payload, receivedAt);
    int priorStartFailures = dependencies.startFailures().before(payload);
    boolean fetchesTrace = dependencies.buildTraces().isPresent();
    this.state =
        JobState.received(dependencies.policy().limits(payload, priorStartFailures, fetchesTrace));
    this.actions =
        new JobActionExecutor(this, dependencies, mailbox, trace, priorStartFailures, this::over);
  }

  /** Runs the job; completes with its verdict when the processor is free. Never fails. */
  public CompletableFuture<Verdict> run() {
    tell(
        payload
            .rejection()
            .<JobEvent>map(JobEvent.Rejected::new)
            .orElseGet(JobEvent.Accepted::new));
    return ended;
  }

  /** Completes when nothing of it is left: its instance is gone, or given up. */
  public CompletableFuture<Void> cleared() {
    return cleared;
  }

  /** Something happened. */
  public void tell(JobEvent event) {
    mailbox.execute(() -> take(event));
  }

  /** What it runs. */
  public JobPayload payload() {
    return payload;
  }

  /** Which message it came in. */
  public String key() {
    return key;
  }

  /** Where it stands. */
  public JobState state() {
    return state;
  }

  /** The id of who runs it. */
  String processor() {
    return processor;
  }

  Instant receivedAt() {
    return receivedAt;
  }

  public Optional<String> instanceId() {
    return actions.instanceId();
  }

  /** The delivery of the moment: the one that is acked in the end. */
  Delivery delivery() {
    return delivery;
  }

  /** Whether the queue may have given the job to somebody else. */
  public boolean isDeliveryLost() {
    return delivery.isLost();
  }

  /** The queue handed the job to us again: it is this delivery that is acked in the end. */
  public void adopt(Delivery again) {
    delivery = again;
  }

  private void take(JobEvent event) {
    MDC.put("job", Long.toString(payload.jobId()));
    MDC.put("trace", trace.id());
    instanceId().ifPresent(id -> MDC.put("instance", id));
    try {
      JobStep step = JobMachine.step(state, event);
      if (step.state().phase() != state.phase()) {
        log.info("{} on {}", step.state().phase(), event);
        trace.left(state.phase(), dependencies.clock().instant());
      }
      state = step.state();
      step.actions().forEach(this::perform);
      if (state.phase() == Phase.DONE) {
        cleared.complete(null);
      }
    } finally {
      MDC.remove("job");
      MDC.remove("trace");
      MDC.remove("instance");
    }
  }

  /**
   * A fault of ours in one action must not keep the others, a release among them, from happening.
   */
  private void perform(JobAction action) {
    try {
      action.match(actions);
    } catch (RuntimeException e) {
      log.error("job {} met a fault of ours in {}", payload.jobId(), action, e);
    }
  }

  private void over(Verdict verdict) {
    Instant now = dependencies.clock().instant();
    Duration total = Duration.between(receivedAt, now);
    dependencies.meters().ended(verdict, total);
    trace.ended(verdict, instanceId(), now);
    log.info("job {} ended {} after {}", payload.jobId(), verdict, GoDuration.format(total));
    ended.complete(verdict);
  }
}
