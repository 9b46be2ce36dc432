package io.macpool.core.job;

import io.macpool.core.GoDuration;
import io.macpool.core.job.JobState.InstanceStanding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of a job's life: from a state and an event to the next state and what to do. It is
 * total: an event that means nothing in a phase changes nothing.
 *
 * <p>What holds whatever the order of events: the log is closed once; then exactly one finish or
 * reset is reported (none for an abandoned job); the delivery is acked only after its confirmation;
 * the processor is freed after the delivery is settled, once; an instance that was made is
 * released, which may take longer.
 */
public final class JobMachine {

  private JobMachine() {}

  /** What follows from {@code event} in {@code state}. */
  public static JobStep step(JobState state, JobEvent event) {
    return event.match(new Table(state));
  }

  private record Table(JobState state) implements JobEventCases<JobStep> {

    @Override
    public JobStep accepted() {
      return is(Phase.RECEIVED)
          ? to(Phase.GENERATING, JobEnd.opening(new JobAction.GenerateScript()))
          : unchanged();
    }

    @Override
    public JobStep rejected(String reason) {
      return is(Phase.RECEIVED) ? decide(new Outcome.Refused(reason)) : unchanged();
    }

    @Override
    public JobStep scriptGenerated() {
      return is(Phase.GENERATING) ? request(List.of(start(Timer.SLOT_WAIT))) : unchanged();
    }

    @Override
    public JobStep scriptRefused(String reason) {
      return is(Phase.GENERATING) ? decide(new Outcome.Refused(reason)) : unchanged();
    }

    @Override
    public JobStep scriptUnavailable(String reason) {
      return is(Phase.GENERATING) ? decide(new Outcome.NoScript(reason)) : unchanged();
    }

    @Override
    public JobStep instanceCreated(String id) {
      return awaitsBroker() ? BrokerAnswer.created(state, id) : unchanged();
    }

    @Override
    public JobStep slotsFull(Duration retryAfter) {
      return awaitsBroker() ? BrokerAnswer.full(state, retryAfter) : unchanged();
    }

    @Override
    public JobStep instanceRefused(String reason) {
      return awaitsBroker() ? BrokerAnswer.refused(state) : unchanged();
    }

    /** It stays asked for: what is made of it yet is released. */
    @Override
    public JobStep instanceUnanswered(String reason) {
      return is(Phase.REQUESTING)
          ? decide(new Outcome.InstanceFailed(BrokerAnswer.NOT_MADE))
          : unchanged();
    }

    @Override
    public JobStep instanceLost(String reason) {
      return switch (state.phase()) {
        case BOOTING, UPLOADING ->
            decide(new Outcome.InstanceFailed(because("it was lost", reason)));
        case RUNNING, RECONNECTING ->
            decide(new Outcome.SessionLost(because("the instance is gone", reason)));
        case TRACING -> decideAsKnown();
        case RECEIVED, GENERATING, REQUESTING, WAITING_FOR_SLOT -> unchanged();
        case CLOSING_LOG, REPORTING, SETTLING, RELEASING, DONE -> unchanged();
      };
    }

    @Override
    public JobStep loginFailed(String reason) {
      return is(Phase.BOOTING)
          ? decide(
              new Outcome.InstanceFailed(
                  because(notWithin("nobody could log in", Timer.STARTUP), reason)))
          : unchanged();
    }

    @Override
    public JobStep instanceReachable() {
      return is(Phase.BOOTING)
          ? to(
              Phase.UPLOADING,
              List.of(
                  new JobAction.StopTimer(Timer.STARTUP),
                  start(Timer.UPLOAD),
                  new JobAction.UploadScript()))
          : unchanged();
    }

    @Override
    public JobStep scriptUploaded() {
      return is(Phase.UPLOADING)
          ? to(
              Phase.RUNNING,
              List.of(
                  new JobAction.StopTimer(Timer.UPLOAD),
                  start(Timer.HARD),
                  start(Timer.SILENCE),
                  new JobAction.RunScript()))
          : unchanged();
    }

    @Override
    public JobStep uploadFailed(String reason) {
      return is(Phase.UPLOADING)
          ? decide(new Outcome.InstanceFailed("the script could not be started: " + reason))
          : unchanged();
    }

    @Override
    public JobStep scriptExited(int status) {
      if (!isScriptRunning()) {
        return unchanged();
      }
      Outcome outcome = new Outcome.Exited(status);
      if (!state.limits().traceWanted()) {
        return decide(outcome);
      }
      List<JobAction> actions = new ArrayList<>(JobEnd.stopAllTimers());
      actions.add(start(Timer.TRACE));
      actions.add(new JobAction.FetchTrace());
      return new JobStep(state.ended(outcome).in(Phase.TRACING), actions);
    }

    @Override
    public JobStep sessionLost(String reason) {
      return switch (state.phase()) {
        case RUNNING ->
            to(
                Phase.RECONNECTING,
                List.of(
                    new JobAction.StopTimer(Timer.SILENCE),
                    start(Timer.RECONNECT),
                    new JobAction.Reattach()));
        case RECONNECTING -> to(Phase.RECONNECTING, List.of(new JobAction.Reattach()));
        case RECEIVED, GENERATING, REQUESTING, WAITING_FOR_SLOT, BOOTING, UPLOADING -> unchanged();
        case TRACING, CLOSING_LOG, REPORTING, SETTLING, RELEASING, DONE -> unchanged();
      };
    }

    @Override
    public JobStep sessionRegained() {
      return is(Phase.RECONNECTING)
          ? to(
              Phase.RUNNING,
              List.of(new JobAction.StopTimer(Timer.RECONNECT), start(Timer.SILENCE)))
          : unchanged();
    }

    @Override
    public JobStep traceFetched() {
      return is(Phase.TRACING) ? decideAsKnown() : unchanged();
    }

    @Override
    public JobStep logLimitReached() {
      return isScriptRunning()
          ? decide(new Outcome.LogTooLong(state.limits().maxLogLength()))
          : unchanged();
    }

    @Override
    public JobStep cancelled(String reason) {
      return decideUnlessScriptEnded(new Outcome.Cancelled(reason));
    }

    @Override
    public JobStep takenElsewhere(String by) {
      return state.phase().isUndecided() ? decide(new Outcome.TakenElsewhere(by)) : unchanged();
    }

    @Override
    public JobStep workerStopping() {
      return decideUnlessScriptEnded(new Outcome.Stopped());
    }

    @Override
    public JobStep timerFired(Timer timer) {
      return switch (timer) {
        case STARTUP ->
            is(Phase.REQUESTING) || is(Phase.BOOTING)
                ? decide(new Outcome.InstanceFailed(notWithin("it did not answer", timer)))
                : unchanged();
        case SLOT_WAIT ->
            is(Phase.WAITING_FOR_SLOT)
                ? decide(new Outcome.NoSlot(state.limits().of(timer)))
                : is(Phase.REQUESTING)
                    ? new JobStep(state.withSlotWaitOver(), List.of())
                    : unchanged();
        case SLOT_RETRY -> is(Phase.WAITING_FOR_SLOT) ? request(List.of()) : unchanged();
        case UPLOAD ->
            is(Phase.UPLOADING)
                ? decide(
                    new Outcome.InstanceFailed(notWithin("the script was not uploaded", timer)))
                : unchanged();
        case HARD -> isScriptRunning() ? exceeded(timer) : unchanged();
        case SILENCE -> is(Phase.RUNNING) ? exceeded(timer) : unchanged();
        case RECONNECT ->
            is(Phase.RECONNECTING)
                ? decide(new Outcome.SessionLost(notWithin("it could not be regained", timer)))
                : unchanged();
        case TRACE -> is(Phase.TRACING) ? decideAsKnown() : unchanged();
      };
    }

    @Override
    public JobStep logClosed() {
      return is(Phase.CLOSING_LOG) ? JobEnd.logClosed(state) : unchanged();
    }

    @Override
    public JobStep reportConfirmed() {
      return is(Phase.REPORTING) ? JobEnd.reported(state, true) : unchanged();
    }

    @Override
    public JobStep reportGivenUp(String reason) {
      return is(Phase.REPORTING) ? JobEnd.reported(state, false) : unchanged();
    }

    @Override
    public JobStep deliverySettled() {
      return is(Phase.SETTLING) ? JobEnd.settled(state) : unchanged();
    }

    @Override
    public JobStep instanceReleased() {
      return state.standing() == InstanceStanding.RELEASING
          ? JobEnd.doneIfReleased(
              state.with(InstanceStanding.RELEASED, state.instance().orElseThrow()))
          : unchanged();
    }

    private JobStep request(List<JobAction> first) {
      List<JobAction> actions = new ArrayList<>(first);
      actions.add(start(Timer.STARTUP));
      actions.add(new JobAction.RequestInstance());
      return new JobStep(state.requesting().in(Phase.REQUESTING), actions);
    }

    private JobStep decideUnlessScriptEnded(Outcome outcome) {
      if (!state.phase().isUndecided()) {
        return unchanged();
      }
      return is(Phase.TRACING) ? decideAsKnown() : decide(outcome);
    }

    private JobStep decide(Outcome outcome) {
      return JobEnd.decide(state, outcome);
    }

    private JobStep decideAsKnown() {
      return decide(state.outcome().orElseThrow());
    }

    private JobStep exceeded(Timer timer) {
      return decide(new Outcome.Exceeded(timer, state.limits().of(timer)));
    }

    private static String because(String what, String reason) {
      return reason.isEmpty() ? what : what + ": " + reason;
    }

    private String notWithin(String what, Timer timer) {
      return what + " within " + GoDuration.format(state.limits().of(timer));
    }

    private JobAction start(Timer timer) {
      return new JobAction.StartTimer(timer, state.limits().of(timer));
    }

    private boolean awaitsBroker() {
      return state.standing() == InstanceStanding.REQUESTED;
    }

    private boolean isScriptRunning() {
      return is(Phase.RUNNING) || is(Phase.RECONNECTING);
    }

    private boolean is(Phase phase) {
      return state.phase() == phase;
    }

    private JobStep to(Phase next, List<JobAction> actions) {
      return new JobStep(state.in(next), actions);
    }

    private JobStep unchanged() {
      return new JobStep(state, List.of());
    }
  }
}
