package io.macpool.core.claim;

import java.time.Duration;
import java.util.Objects;

/**
 * What a worker does with a message that it holds and runs nothing for. Whoever runs a job holds
 * its lock, which the job broker takes away with the holder's connection; whoever ends a job writes
 * the end down before the lock goes. So a message whose lock is held is kept in custody; one whose
 * job has ended is settled; one that nobody runs or has ended for the length of a lease is run.
 *
 * <p>A decision to run is a wish: it counts once the lock is taken, which the job broker grants to
 * one alone, and the mark is gone: it must not speak for a run that begins now.
 */
public final class RunClaimPlanner {

  /** What is written down of the job's end. */
  public enum Ending {
    NONE,
    /** It is written down; whether it was reported nobody can tell. */
    WRITTEN,
    /** It is written down, and its report is confirmed. */
    TOLD,
    UNKNOWN
  }

  /** Who holds the job's lock. */
  public enum Runner {
    /** This very process. */
    HERE,
    ELSEWHERE,
    NOBODY,
    UNKNOWN
  }

  /**
   * What is known of one message. The lock is to be looked at before the end: a runner writes the
   * end first, so a free lock and no end after that mean that nobody has run it.
   *
   * @param handedOutBefore whether others may have had it
   * @param givenBack whether whoever had it last gave it back and runs nothing of it
   * @param lost whether it went back to the queue meanwhile
   * @param silentFor for how long nobody has been seen to hold the lock
   * @param processorFree whether somebody here waits for a job
   */
  public record Sight(
      boolean handedOutBefore,
      boolean givenBack,
      boolean lost,
      Runner runner,
      Ending ending,
      Duration silentFor,
      boolean processorFree) {

    public Sight {
      Objects.requireNonNull(runner, "runner");
      Objects.requireNonNull(ending, "ending");
      Objects.requireNonNull(silentFor, "silentFor");
    }
  }

  /** What to do with it. */
  public enum Decision {
    /** It is no longer ours: forget it. */
    FORGET,
    /** The run of ours that lost its message has it again. */
    ADOPT,
    /** The job has ended, and nobody need be told: ack. */
    ACK,
    /** The job has ended: report the end that is written down, then ack. */
    TELL_AND_ACK,
    /** Keep it unacked, run nothing, look again. */
    HOLD,
    /** Take the lock; if that succeeds, run it. */
    RUN,
    /** Nobody here can run it: somebody else should have it. */
    GIVE_BACK
  }

  private final Duration lease;

  /**
   * The table for one lease.
   *
   * @param lease for how long a runner may be out of the job broker's reach before its job is run
   *     by somebody else
   */
  public RunClaimPlanner(Duration lease) {
    this.lease = lease;
  }

  /** What follows from what is known. Unknown means hold. */
  public Decision decide(Sight sight) {
    if (sight.lost()) {
      return Decision.FORGET;
    }
    return switch (sight.runner()) {
      case HERE -> Decision.ADOPT;
      case UNKNOWN -> Decision.HOLD;
      case ELSEWHERE ->
          sight.handedOutBefore() && sight.ending() == Ending.TOLD ? Decision.ACK : Decision.HOLD;
      case NOBODY -> withoutRunner(sight);
    };
  }

  private Decision withoutRunner(Sight sight) {
    if (!sight.handedOutBefore()) {
      return sight.processorFree() ? Decision.RUN : Decision.GIVE_BACK;
    }
    return switch (sight.ending()) {
      case TOLD -> Decision.ACK;
      case WRITTEN -> Decision.TELL_AND_ACK;
      case UNKNOWN -> Decision.HOLD;
      case NONE -> {
        if (!sight.givenBack() && sight.silentFor().compareTo(lease) < 0) {
          yield Decision.HOLD;
        }
        if (sight.processorFree()) {
          yield Decision.RUN;
        }
        boolean mayGo =
            sight.givenBack() || sight.silentFor().compareTo(lease.multipliedBy(2)) >= 0;
        yield mayGo ? Decision.GIVE_BACK : Decision.HOLD;
      }
    };
  }
}
