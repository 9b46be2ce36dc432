package io.macpool.core.simulation;

import io.macpool.core.job.JobAction;
import io.macpool.core.job.JobEvent;
import io.macpool.core.job.JobLimits;
import io.macpool.core.job.JobMachine;
import io.macpool.core.job.JobState;
import io.macpool.core.job.JobStep;
import io.macpool.core.job.Outcome;
import io.macpool.core.job.Settlement;
import io.macpool.core.job.Timer;
import io.macpool.core.simulation.Instances.Instance;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** One job that a worker runs: the real machine, and what carries its actions out. */
final class Run implements JobAction.Cases {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Map<Timer, Duration> TIMERS =
      Map.of(
          Timer.STARTUP, Duration.ofMinutes(4),
          Timer.SLOT_WAIT, Duration.ofMinutes(5),
          Timer.UPLOAD, Duration.ofMinutes(1),
          Timer.HARD, Duration.ofMinutes(30),
          Timer.SILENCE, Duration.ofMinutes(20),
          Timer.RECONNECT, Duration.ofMinutes(1),
          Timer.TRACE, Duration.ofSeconds(30));

  private final Worker worker;
  private final VirtualTime time;
  private final String name;
  private final QueuedJob job;
  private final Runnable onFree;
  private final Deque<JobEvent> mailbox = new ArrayDeque<>();
  private final Map<Timer, Integer> timers = new EnumMap<>(Timer.class);
  private Delivery delivery;
  private JobState state;
  private Optional<Instance> instance = Optional.empty();
  private boolean isDisconnected;

  /**
   * A job begins.
   *
   * @param onFree called once, when its processor may take another
   */
  Run(Worker worker, String name, QueuedJob job, Delivery delivery, Runnable onFree) {
    this.worker = worker;
    this.time = worker.time();
    this.name = name;
    this.job = job;
    this.delivery = delivery;
    this.onFree = onFree;
    this.state =
        JobState.received(
            new JobLimits(TIMERS, 1 << 20, job.startFailures(key()), 5, false, false));
  }

  void begin() {
    worker.promises().begun(this);
    tell(new JobEvent.Accepted());
  }

  String key() {
    return delivery.key();
  }

  Worker worker() {
    return worker;
  }

  JobState state() {
    return state;
  }

  /** Whether its script may still be started or run on. */
  boolean isUndecided() {
    return state.phase().isUndecided();
  }

  boolean isDeliveryLost() {
    return delivery.isLost();
  }

  void adopt(Delivery again) {
    time.note(this + " has its message again");
    delivery = again;
  }

  Optional<Instance> instance() {
    return instance;
  }

  void tell(JobEvent event) {
    mailbox.add(event);
    time.in(Duration.ZERO, worker.life(), this::next);
  }

  private void next() {
    JobStep step = JobMachine.step(state, mailbox.remove());
    if (step.state().phase() != state.phase()) {
      time.note(this + " is " + step.state().phase());
    }
    state = step.state();
    step.actions().forEach(action -> action.match(this));
  }

  /** A mishap: what is said of the script is said no more. */
  void loseSession() {
    if (isRunning()) {
      time.note(this + " loses its session");
      instance.ifPresent(one -> worker.instances().attach(one, status -> {}));
      tell(
          worker.planted() == Planted.LOST_SESSION_PASSES
              ? new JobEvent.ScriptExited(0)
              : new JobEvent.SessionLost("reset"));
    }
  }

  private boolean isRunning() {
    return switch (state.phase()) {
      case RUNNING, RECONNECTING -> true;
      default -> false;
    };
  }

  @Override
  public void openLog() {
    // Logs are not looked at here.
  }

  @Override
  public void publishReceived() {
    // Nothing rests on it.
  }

  @Override
  public void generateScript() {
    worker.later(
        time.millis(50, 2_000),
        () ->
            tell(
                time.happens(0.01)
                    ? new JobEvent.ScriptUnavailable("silent")
                    : new JobEvent.ScriptGenerated()));
  }

  @Override
  public void requestInstance() {
    request(time.now(worker.life()).plus(PATIENCE));
  }

  private void request(Duration until) {
    worker
        .instances()
        .call(
            worker.life(),
            () -> worker.instances().create(worker.lease(), name),
            made -> {
              if (made.isPresent()) {
                instance = made;
                tell(new JobEvent.InstanceCreated(made.get().id));
              } else {
                tell(new JobEvent.SlotsFull(time.seconds(2, 6)));
              }
            },
            () -> {
              if (time.now(worker.life()).compareTo(until) > 0) {
                tell(new JobEvent.InstanceUnanswered("silent"));
              }
              worker.later(time.seconds(1, 10), () -> request(until));
            });
  }

  @Override
  public void awaitReachable(String id) {
    Instance one = instance.orElseThrow();
    worker.later(
        Duration.ofSeconds(1),
        () -> {
          if (isDisconnected) {
            return;
          }
          if (one.isGone()) {
            tell(new JobEvent.InstanceLost("gone"));
          } else if (time.now().compareTo(one.reachableAt) >= 0) {
            tell(new JobEvent.InstanceReachable());
          } else {
            awaitReachable(id);
          }
        });
  }

  @Override
  public void uploadScript() {
    worker.later(
        time.millis(100, 900),
        () ->
            tell(
                instance.orElseThrow().isGone()
                    ? new JobEvent.UploadFailed("gone")
                    : new JobEvent.ScriptUploaded()));
  }

  @Override
  public void runScript() {
    if (!delivery.comesAgain()) {
      startScript();
      return;
    }
    worker
        .claims()
        .endings()
        .isEnded(
            key(),
            ended -> {
              if (ended) {
                tell(new JobEvent.TakenElsewhere("that had it before"));
              } else if (!isDisconnected) {
                startScript();
              }
            },
            this::startScript);
  }

  private void startScript() {
    if (isDisconnected) {
      return;
    }
    Instance guest = instance.orElseThrow();
    worker.promises().started(this);
    worker.instances().run(guest, key(), job.length(), job.status());
    attach(guest);
  }

  private void attach(Instance guest) {
    worker
        .instances()
        .attach(guest, status -> time.in(time.millis(1, 50), worker.life(), () -> exited(status)));
    guest.status().ifPresent(this::exited);
  }

  private void exited(int status) {
    tell(
        status == Instances.GONE
            ? new JobEvent.SessionLost("gone")
            : new JobEvent.ScriptExited(status));
  }

  @Override
  public void reattach() {
    worker.later(
        time.seconds(1, 8),
        () -> {
          Instance guest = instance.orElseThrow();
          if (guest.isGone()) {
            tell(new JobEvent.InstanceLost("gone"));
          } else if (time.happens(0.2)) {
            tell(new JobEvent.SessionLost("again"));
          } else if (!isDisconnected) {
            tell(new JobEvent.SessionRegained());
            attach(guest);
          }
        });
  }

  @Override
  public void fetchTrace() {
    tell(new JobEvent.TraceFetched());
  }

  @Override
  public void disconnect() {
    isDisconnected = true;
    instance.ifPresent(one -> worker.instances().attach(one, status -> {}));
  }

  @Override
  public void startTimer(Timer timer, Duration duration) {
    int round = timers.merge(timer, 1, Integer::sum);
    worker.later(
        duration,
        () -> {
          if (timers.get(timer) == round) {
            tell(new JobEvent.TimerFired(timer));
          }
        });
  }

  @Override
  public void stopTimer(Timer timer) {
    timers.merge(timer, 1, Integer::sum);
  }

  @Override
  public void releaseInstance(String id) {
    Instance one = instance.orElseThrow();
    worker
        .instances()
        .call(
            worker.life(),
            () -> worker.instances().delete(one),
            gone -> tell(new JobEvent.InstanceReleased()),
            () -> {
              if (worker.planted() == Planted.RELEASES_ONCE) {
                tell(new JobEvent.InstanceReleased());
              } else {
                worker.later(time.seconds(2, 30), () -> releaseInstance(id));
              }
            });
  }

  @Override
  public void closeLog(Settlement settlement) {
    worker.promises().decided(this);
    worker.later(time.millis(1, 300), () -> tell(new JobEvent.LogClosed()));
  }

  @Override
  public void report(Settlement settlement) {
    int failures = settlement.isStartFailure() ? job.startFailures(key()) + 1 : 0;
    Report report = new Report(name + "-end", key(), job.id(), settlement.verdict(), failures);
    if (worker.planted() == Planted.ACKS_BEFORE_CONFIRM) {
      worker.claims().endings().publish(report, () -> {});
      tell(new JobEvent.ReportConfirmed());
      return;
    }
    delivery.endAs(
        report,
        counts -> {
          if (counts) {
            worker.claims().endings().publish(report, () -> tell(new JobEvent.ReportConfirmed()));
          } else {
            tell(new JobEvent.ReportConfirmed());
          }
        });
  }

  @Override
  public void settleDelivery(boolean acked) {
    if (acked) {
      delivery.ack(took -> tell(new JobEvent.DeliverySettled()));
    } else if (state.isGivenUp()) {
      delivery.leave(() -> tell(new JobEvent.DeliverySettled()));
    } else {
      tell(new JobEvent.DeliverySettled());
    }
  }

  @Override
  public void freeProcessor() {
    onFree.run();
  }

  /** Whether somebody told it to stop. */
  boolean wasStopped() {
    return state.outcome().filter(Outcome.Stopped.class::isInstance).isPresent();
  }

  @Override
  public String toString() {
    return name + " of " + key();
  }
}
