package io.macpool.core.job;

import io.macpool.core.job.JobState.InstanceStanding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How a job comes to its end, whatever phase it is in. */
final class JobEnd {

  private JobEnd() {}

  /** The one way into the end of a job. */
  static JobStep decide(JobState state, Outcome outcome) {
    List<JobAction> actions = new ArrayList<>();
    if (state.phase() == Phase.RECEIVED) {
      actions.addAll(opening());
    }
    actions.addAll(stopAllTimers());
    JobState next = state.ended(outcome).in(Phase.CLOSING_LOG);
    if (state.standing() == InstanceStanding.HELD) {
      actions.add(new JobAction.Disconnect());
      String id = state.instance().orElseThrow();
      if (isKept(state, outcome)) {
        next = next.with(InstanceStanding.RELEASED, id);
      } else {
        next = next.with(InstanceStanding.RELEASING, id);
        actions.add(new JobAction.ReleaseInstance(id));
      }
    }
    actions.add(new JobAction.CloseLog(next.settlement().orElseThrow()));
    return new JobStep(next, actions);
  }

  private static boolean isKept(JobState state, Outcome outcome) {
    return state.limits().keepSilentInstance()
        && outcome instanceof Outcome.Exceeded exceeded
        && exceeded.timer() == Timer.SILENCE;
  }

  /** All is told: the processor is free, whatever is still to be cleared up beside it. */
  static JobStep settled(JobState state) {
    return new JobStep(
        state.in(state.mayHoldInstance() ? Phase.RELEASING : Phase.DONE),
        List.of(new JobAction.FreeProcessor()));
  }

  /** Nothing is left to do once no instance is held. */
  static JobStep doneIfReleased(JobState next) {
    return new JobStep(
        next.phase() == Phase.RELEASING && !next.mayHoldInstance() ? next.in(Phase.DONE) : next,
        List.of());
  }

  /** What every job begins with, one that is refused at once included. */
  static List<JobAction> opening(JobAction... then) {
    List<JobAction> actions = new ArrayList<>();
    actions.add(new JobAction.OpenLog());
    actions.add(new JobAction.PublishReceived());
    actions.addAll(List.of(then));
    return actions;
  }

  /**
   * The log first, then the report; a job that is another's by now is not reported, and its message
   * not acked: whether the other has told its end is not known here.
   */
  static JobStep logClosed(JobState state) {
    Settlement settlement = state.settlement().orElseThrow();
    return settlement.verdict() == Verdict.ABANDONED
        ? reported(state, false)
        : new JobStep(state.in(Phase.REPORTING), List.of(new JobAction.Report(settlement)));
  }

  /** The report first, then the delivery, which is acked only if the report is confirmed. */
  static JobStep reported(JobState state, boolean confirmed) {
    return new JobStep(state.in(Phase.SETTLING), List.of(new JobAction.SettleDelivery(confirmed)));
  }

  static List<JobAction> stopAllTimers() {
    return Arrays.stream(Timer.values()).<JobAction>map(JobAction.StopTimer::new).toList();
  }
}
