package io.macpool.worker.job.run;

import io.macpool.core.job.JobAction;
import io.macpool.core.job.JobEvent;
import io.macpool.core.job.Settlement;
import io.macpool.core.job.Timer;
import io.macpool.core.job.Verdict;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.log.JobLog;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what one job's machine says, and tells the job what came of it. Decides nothing. What
 * the machine says comes in the job's mailbox alone.
 */
final class JobActionExecutor implements JobAction.Cases {

  private static final Logger log = LoggerFactory.getLogger(JobActionExecutor.class);

  private final Job job;
  private final JobDependencies dependencies;
  private final Executor mailbox;
  private final Consumer<Verdict> onOver;
  private final JobReporter reporter;
  private final JobTimers timers;
  private final JobInstance instance;
  private final JobGuest guest;
  private final JobLog output;
  private final JobScript script;
  private final JobPreamble preamble;
  private final JobSettlement settling;
  private final AtomicBoolean hasOutput = new AtomicBoolean();
  private Instant requestedAt;

  /**
   * For a job that stands at its beginning.
   *
   * @param trace whose header calls to the broker made for the job carry
   * @param onOver told last, when the processor is free
   */
  JobActionExecutor(
      Job job,
      JobDependencies dependencies,
      Executor mailbox,
      JobTrace trace,
      int priorStartFailures,
      Consumer<Verdict> onOver) {
    this.job = job;
    this.dependencies = dependencies;
    this.mailbox = mailbox;
    this.onOver = onOver;
    JobPayload payload = job.payload();
    this.reporter =
        new JobReporter(
            payload,
            dependencies.reports(),
            dependencies.clock(),
            job.receivedAt(),
            trace.id(),
            priorStartFailures);
    this.instance =
        new JobInstance(
            payload, dependencies, dependencies.broker().tracedBy(trace.header()), job::tell);
    this.output =
        new JobLog(
            payload.jobId(),
            payload.uuid(),
            dependencies.logs(),
            dependencies.scheduler(),
            job.state().limits().maxLogLength(),
            () -> job.tell(new JobEvent.LogLimitReached()));
    this.guest = new JobGuest(payload, dependencies, output, this::touched, job::tell);
    this.timers = new JobTimers(dependencies.scheduler(), guest::isHeld, this::fired);
    this.script = new JobScript(payload, dependencies.scripts(), job::tell);
    this.preamble = new JobPreamble(payload, job.processor(), dependencies);
    this.settling =
        new JobSettlement(payload, dependencies, reporter, output, priorStartFailures, job::tell);
    this.requestedAt = job.receivedAt();
  }

  /** The instance that the job has or had. */
  Optional<String> instanceId() {
    return instance.id();
  }

  @Override
  public void openLog() {
    log.info("job {} of {} received", job.payload().jobId(), job.payload().repository());
  }

  @Override
  public void publishReceived() {
    CompletableFuture<Void> unused = reporter.received(instance.id());
  }

  @Override
  public void generateScript() {
    script.generate();
  }

  @Override
  public void requestInstance() {
    requestedAt = dependencies.clock().instant();
    instance.request();
  }

  @Override
  public void awaitReachable(String id) {
    instance.awaitReachable(
        session -> withSession(session, () -> job.tell(new JobEvent.InstanceReachable())));
  }

  @Override
  public void uploadScript() {
    guest.upload(script.content());
  }

  @Override
  public void runScript() {
    if (job.delivery().isRedelivered()) {
      CompletableFuture<Void> unused =
          job.delivery()
              .isEndedElsewhere()
              .thenAccept(ended -> mailbox.execute(() -> runUnlessEnded(ended)));
    } else {
      startScript();
    }
  }

  /** Somebody who had the job before us may have ended it while our instance booted. */
  private void runUnlessEnded(boolean ended) {
    if (ended) {
      job.tell(new JobEvent.TakenElsewhere("that had it before"));
    } else if (!guest.isDisconnected()) {
      startScript();
    }
  }

  private void startScript() {
    CompletableFuture<Void> unused = reporter.started(instance.id());
    preamble.write(output, instance, requestedAt);
    script.forget();
    guest.run();
  }

  @Override
  public void reattach() {
    dependencies.meters().sessionLost();
    instance.reach(session -> withSession(session, guest::attach));
  }

  private void withSession(GuestSession session, Runnable then) {
    mailbox.execute(
        () -> {
          if (guest.use(session)) {
            then.run();
          }
        });
  }

  /** An instance that answers and does not let us in has said why: that is the reason then. */
  private void fired(Timer timer) {
    if (timer == Timer.STARTUP) {
      instance.refusal().ifPresent(said -> job.tell(new JobEvent.LoginFailed(said)));
    }
    job.tell(new JobEvent.TimerFired(timer));
  }

  private void touched() {
    timers.touch();
    if (hasOutput.compareAndSet(false, true)) {
      dependencies
          .meters()
          .firstOutput(Duration.between(job.receivedAt(), dependencies.clock().instant()));
    }
  }

  @Override
  public void fetchTrace() {
    guest.fetchTrace();
  }

  @Override
  public void disconnect() {
    guest.disconnect();
  }

  @Override
  public void startTimer(Timer timer, Duration duration) {
    timers.start(timer, duration);
  }

  @Override
  public void stopTimer(Timer timer) {
    timers.stop(timer);
  }

  @Override
  public void releaseInstance(String id) {
    instance.release(id);
  }

  @Override
  public void closeLog(Settlement settlement) {
    instance.stop();
    settling.closeLog(settlement);
  }

  @Override
  public void report(Settlement settlement) {
    settling.report(settlement, instance.id(), job.delivery());
  }

  @Override
  public void settleDelivery(boolean acked) {
    settling.settle(acked, verdict(), job.delivery());
  }

  @Override
  public void freeProcessor() {
    onOver.accept(verdict());
  }

  private Verdict verdict() {
    return job.state().settlement().orElseThrow().verdict();
  }
}
