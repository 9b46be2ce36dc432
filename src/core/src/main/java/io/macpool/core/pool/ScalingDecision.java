package io.macpool.core.pool;

/**
 * A cluster's limit, and why.
 *
 * @param limit jobs at once
 * @param wanted what the backlog asks for within the policy; the limit when that is unknown
 * @param memory for the next decision
 */
public record ScalingDecision(int limit, int wanted, Reason reason, ScalingMemory memory) {

  /** Why the limit is what it is. */
  public enum Reason {
    /** It is what the queue asks for. */
    STEADY,
    /** The queue asks for more. */
    UP,
    /** The queue has asked for less all through the window. */
    DOWN,
    /** The queue asks for more or less, and not yet for long enough. */
    STABILIZING,
    /** The next step is not due yet. */
    STEPPING,
    /** Less is asked for than runs: it follows as jobs end. */
    RUNNING,
    /** The queue's depth can't be read: hold. */
    HOLDING
  }
}
