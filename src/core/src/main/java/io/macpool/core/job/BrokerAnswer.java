package io.macpool.core.job;

import io.macpool.core.job.JobState.InstanceStanding;
import java.time.Duration;
import java.util.List;

/**
 * What follows from the broker's answer to the request of a job, which may have ended meanwhile:
 * then an instance goes as it came.
 */
final class BrokerAnswer {

  /** Why is for operators: see {@link SettlementPlanner}. */
  static final String NOT_MADE = "it could not be made";

  private BrokerAnswer() {}

  static JobStep created(JobState state, String id) {
    if (state.phase() == Phase.REQUESTING) {
      return new JobStep(
          state.with(InstanceStanding.HELD, id).in(Phase.BOOTING),
          List.of(new JobAction.StopTimer(Timer.SLOT_WAIT), new JobAction.AwaitReachable(id)));
    }
    return new JobStep(
        state.with(InstanceStanding.RELEASING, id), List.of(new JobAction.ReleaseInstance(id)));
  }

  static JobStep full(JobState state, Duration retryAfter) {
    JobState without = state.withoutInstance();
    if (state.phase() != Phase.REQUESTING) {
      return JobEnd.doneIfReleased(without);
    }
    if (state.slotWaitOver()) {
      return JobEnd.decide(without, new Outcome.NoSlot(state.limits().of(Timer.SLOT_WAIT)));
    }
    return new JobStep(
        without.in(Phase.WAITING_FOR_SLOT),
        List.of(
            new JobAction.StopTimer(Timer.STARTUP),
            new JobAction.StartTimer(Timer.SLOT_RETRY, retryAfter)));
  }

  static JobStep refused(JobState state) {
    JobState without = state.withoutInstance();
    return state.phase() == Phase.REQUESTING
        ? JobEnd.decide(without, new Outcome.InstanceFailed(NOT_MADE))
        : JobEnd.doneIfReleased(without);
  }
}
