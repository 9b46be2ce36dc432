package io.macpool.worker.job;

import io.macpool.core.GoDuration;
import io.macpool.core.job.JobAction;
import io.macpool.core.job.JobEvent;
import io.macpool.core.job.JobMachine;
import io.macpool.core.job.JobState;
import io.macpool.core.job.JobStep;
import io.macpool.core.job.Phase;
import io.macpool.core.job.Settlement;
import io.macpool.core.job.Timer;
import io.macpool.core.job.Verdict;
import io.macpool.worker.ssh.GuestSession;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One job being run: its machine, and the hands that carry out what the machine says. Events come
 * from any thread and are dealt with one after the other.
 */
public final class Job {

  private static final Logger log = LoggerFactory.getLogger(Job.class);

  private final JobPayload payload;
  private final Neighbours neighbours;
  private final Mailbox mailbox;
  private final JobReporter reporter;
  private final JobTrace trace;
  private final JobTimers timers;
  private final JobInstance instance;
  private final JobGuest guest;
  private final JobLog output;
  private final JobScript script;
  private final JobPreamble preamble;
  private final JobSettling settling;
  private final AtomicBoolean hasOutput = new AtomicBoolean();
  private final CompletableFuture<Verdict> ended = new CompletableFuture<>();
  private volatile Delivery delivery;
  private volatile JobState state;
  private Instant requestedAt;

  Job(JobPayload payload, Delivery delivery, Neighbours neighbours) {
    this.payload = payload;
    this.delivery = delivery;
    this.neighbours = neighbours;
    this.mailbox = new Mailbox(neighbours.threads());
    int priorStartFailures = neighbours.startFailures().before(payload);
    this.state =
        JobState.received(
            neighbours
                .policy()
                .limits(payload, priorStartFailures, neighbours.buildTraces().isPresent()));
    this.reporter =
        new JobReporter(payload, neighbours.reports(), neighbours.clock(), priorStartFailures);
    this.trace = new JobTrace(neighbours.traces(), payload, reporter.receivedAt());
    this.instance =
        new JobInstance(
            payload, neighbours, neighbours.broker().tracedBy(trace.header()), this::tell);
    this.guest = new JobGuest(payload, neighbours, this::tell);
    this.timers =
        new JobTimers(
            neighbours.scheduler(),
            neighbours.clock(),
            guest::isHeld,
            timer -> tell(new JobEvent.TimerFired(timer)));
    this.output =
        new JobLog(
            payload.jobId(),
            payload.uuid(),
            neighbours.logs(),
            neighbours.scheduler(),
            state.limits().maxLogLength(),
            () -> tell(new JobEvent.LogLimitReached()));
    this.script = new JobScript(payload, neighbours.scripts(), this::tell);
    this.preamble = new JobPreamble(payload, neighbours);
    this.settling =
        new JobSettling(payload, neighbours, reporter, output, priorStartFailures, this::tell);
    this.requestedAt = reporter.receivedAt();
  }

  /** Runs the job; completes with its verdict when the processor is free. Never fails. */
  CompletableFuture<Verdict> run() {
    tell(
        payload
            .rejection()
            .<JobEvent>map(JobEvent.Rejected::new)
            .orElseGet(JobEvent.Accepted::new));
    return ended;
  }

  /** Something happened. */
  public void tell(JobEvent event) {
    mailbox.execute(() -> take(event));
  }

  /** What it runs. */
  public JobPayload payload() {
    return payload;
  }

  /** Where it stands. */
  public JobState state() {
    return state;
  }

  /** Whether the queue may have given the job to somebody else. */
  public boolean isDeliveryLost() {
    return delivery.isLost();
  }

  /** The queue handed the job to us again: it is this delivery that is acked in the end. */
  void adopt(Delivery again) {
    delivery = again;
  }

  private void take(JobEvent event) {
    MDC.put("job", Long.toString(payload.jobId()));
    MDC.put("trace", trace.id());
    instance.id().ifPresent(id -> MDC.put("instance", id));
    try {
      JobStep step = JobMachine.step(state, event);
      if (step.state().phase() != state.phase()) {
        log.info("{} on {}", step.state().phase(), event);
        trace.left(state.phase(), neighbours.clock().instant());
      }
      state = step.state();
      step.actions().forEach(this::perform);
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
      action.match(new Hands());
    } catch (RuntimeException e) {
      log.error("job {} met a fault of ours in {}", payload.jobId(), action, e);
    }
  }

  private void touched() {
    timers.touch();
    if (hasOutput.compareAndSet(false, true)) {
      neighbours
          .meters()
          .firstOutput(Duration.between(reporter.receivedAt(), neighbours.clock().instant()));
    }
  }

  private void withSession(GuestSession session, Runnable then) {
    mailbox.execute(
        () -> {
          if (guest.use(session)) {
            then.run();
          }
        });
  }

  /** Carries out what the machine says; always in the mailbox. */
  private final class Hands implements JobAction.Cases {

    @Override
    public void openLog() {
      log.info("job {} of {} received", payload.jobId(), payload.repository());
    }

    @Override
    public void publishProgress(JobAction.Progress progress) {
      CompletableFuture<Void> unused = reporter.progress(progress, instance.id());
      if (progress == JobAction.Progress.STARTED) {
        preamble.write(output, instance.id(), instance.image(), requestedAt);
      }
    }

    @Override
    public void generateScript() {
      script.generate();
    }

    @Override
    public void requestInstance() {
      requestedAt = neighbours.clock().instant();
      instance.request();
    }

    @Override
    public void awaitReachable(String id) {
      instance.awaitReachable(
          session -> withSession(session, () -> take(new JobEvent.InstanceReachable())));
    }

    @Override
    public void uploadScript() {
      guest.upload(script.content());
    }

    @Override
    public void runScript() {
      if (delivery.isRedelivered()) {
        CompletableFuture<Void> unused =
            delivery
                .isEndedElsewhere()
                .thenAccept(ended -> mailbox.execute(() -> runUnlessEnded(ended)));
      } else {
        startScript();
      }
    }

    /** Somebody who had the job before us may have ended it while our instance booted. */
    private void runUnlessEnded(boolean ended) {
      if (ended) {
        take(new JobEvent.TakenElsewhere("that had it before"));
      } else if (state.phase() == Phase.RUNNING) {
        startScript();
      }
    }

    private void startScript() {
      script.forget();
      guest.follow(output.scriptBytes(), output, Job.this::touched, () -> {});
    }

    @Override
    public void reattach() {
      neighbours.meters().sessionLost();
      instance.reach(
          session ->
              withSession(
                  session,
                  () ->
                      guest.follow(
                          output.scriptBytes(),
                          output,
                          Job.this::touched,
                          () -> tell(new JobEvent.SessionRegained()))));
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
      settling.report(settlement, instance.id(), delivery);
    }

    @Override
    public void settleDelivery(boolean acked) {
      settling.settle(acked, state.settlement().orElseThrow().verdict(), delivery);
    }

    @Override
    public void freeProcessor() {
      Verdict verdict = state.settlement().orElseThrow().verdict();
      Duration total = Duration.between(reporter.receivedAt(), neighbours.clock().instant());
      neighbours.meters().ended(verdict, total);
      trace.ended(verdict, instance.id(), neighbours.clock().instant());
      log.info("job {} ended {} after {}", payload.jobId(), verdict, GoDuration.format(total));
      ended.complete(verdict);
    }
  }

  Optional<String> instanceId() {
    return instance.id();
  }
}
