package io.macpool.core.job;

import java.util.Objects;
import java.util.Optional;

/**
 * Where one job stands. Made by {@link #received} and then by {@link JobMachine} alone.
 *
 * @param limits fixed for the job's life
 * @param standing what is known of its instance
 * @param instance its id, once there is one
 * @param slotWaitOver whether it has waited for a slot as long as it may
 * @param outcome how it ended; in {@link Phase#TRACING} how the script ended
 */
public record JobState(
    Phase phase,
    JobLimits limits,
    InstanceStanding standing,
    Optional<String> instance,
    boolean slotWaitOver,
    Optional<Outcome> outcome) {

  /** What is known of a job's instance. */
  public enum InstanceStanding {
    /** There is none, and none was asked for. */
    NONE,
    /** One was asked for: there may be one. */
    REQUESTED,
    /** There is one, and it is ours to release. */
    HELD,
    /** Its release was asked for. */
    RELEASING,
    /** It is gone, or left to the broker on purpose. */
    RELEASED
  }

  public JobState {
    Objects.requireNonNull(limits, "limits");
    if (instance.isPresent() == (standing.compareTo(InstanceStanding.HELD) < 0)) {
      throw new IllegalArgumentException("instance " + instance + " can't be " + standing);
    }
    if (!phase.isUndecided() && outcome.isEmpty()) {
      throw new IllegalArgumentException(phase + " needs an outcome");
    }
  }

  /** A job just taken from the queue. */
  public static JobState received(JobLimits limits) {
    return new JobState(
        Phase.RECEIVED, limits, InstanceStanding.NONE, Optional.empty(), false, Optional.empty());
  }

  /** How the job is told of, once its outcome is known. */
  public Optional<Settlement> settlement() {
    return outcome.map(known -> SettlementPlanner.settle(known, limits));
  }

  /**
   * Whether it has left its message to whoever takes it next, and only clears up after itself: a
   * message that comes now is for a new run.
   */
  public boolean isGivenUp() {
    return settlement()
        .map(Settlement::verdict)
        .filter(
            verdict ->
                verdict == Verdict.ABANDONED
                    || (verdict == Verdict.RESET && phase == Phase.RELEASING))
        .isPresent();
  }

  /** Whether an instance may exist because of this job. */
  boolean mayHoldInstance() {
    return standing == InstanceStanding.REQUESTED
        || standing == InstanceStanding.HELD
        || standing == InstanceStanding.RELEASING;
  }

  JobState in(Phase next) {
    return new JobState(next, limits, standing, instance, slotWaitOver, outcome);
  }

  JobState requesting() {
    return new JobState(
        phase, limits, InstanceStanding.REQUESTED, Optional.empty(), slotWaitOver, outcome);
  }

  JobState withoutInstance() {
    return new JobState(
        phase, limits, InstanceStanding.NONE, Optional.empty(), slotWaitOver, outcome);
  }

  JobState with(InstanceStanding next, String id) {
    return new JobState(phase, limits, next, Optional.of(id), slotWaitOver, outcome);
  }

  JobState ended(Outcome how) {
    return new JobState(phase, limits, standing, instance, slotWaitOver, Optional.of(how));
  }

  JobState withSlotWaitOver() {
    return new JobState(phase, limits, standing, instance, true, outcome);
  }
}
