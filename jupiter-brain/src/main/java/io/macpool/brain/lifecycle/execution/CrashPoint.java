package io.macpool.brain.lifecycle.execution;

/**
 * Told of each step that a crash could follow. In production nobody listens; the tests' listener
 * halts the process there, to prove that whatever was begun is finished or undone afterwards.
 */
@FunctionalInterface
public interface CrashPoint {

  /** The places, in the order in which an instance passes them. */
  enum Step {
    BEFORE_INTENT,
    INTENT_RECORDED,
    CLONED,
    CLONE_RECORDED,
    SWITCHED_ON,
    READY_RECORDED,
    ANSWERED,
    BEFORE_DECISION,
    DECISION_RECORDED,
    SWITCHED_OFF,
    DESTROYED,
    GONE_RECORDED
  }

  /** Nobody listens. */
  CrashPoint NONE = step -> {};

  void passed(Step step);
}
