package io.macpool.core.job;

/** What the scheduler is told in the end. */
public enum Verdict {
  PASSED,
  FAILED,
  ERRORED,
  CANCELLED,
  /** The job is given back: the scheduler queues it anew. */
  RESET,
  /** Nothing is told: the job is another worker's by now. */
  ABANDONED;

  /** Whether the job is over for good. */
  public boolean isFinish() {
    return this != RESET && this != ABANDONED;
  }
}
