package io.macpool.core.job;

/** Where a job stands. The order is the order of a job that goes well. */
public enum Phase {
  /** Taken from the queue, nothing done yet. */
  RECEIVED,
  /** Its script is being generated. */
  GENERATING,
  /** The broker was asked for an instance. */
  REQUESTING,
  /** The broker has no room; it will be asked again. */
  WAITING_FOR_SLOT,
  /** There is an instance; SSH does not answer yet. */
  BOOTING,
  /** Login, and the script on its way. */
  UPLOADING,
  /** The script runs and we see its output. */
  RUNNING,
  /** The script runs, as far as we know, but the session to it is lost. */
  RECONNECTING,
  /** The script ended; its trace is being fetched. */
  TRACING,
  /** The outcome is known; the log is being closed. */
  CLOSING_LOG,
  /** The finish or reset is published and not yet confirmed. */
  REPORTING,
  /** The finish or reset is confirmed; the delivery is being acked. */
  SETTLING,
  /**
   * All is reported and settled, the processor is free; the instance is not yet known to be gone.
   */
  RELEASING,
  /** Nothing is left to do. */
  DONE;

  /** Whether the outcome is still open. */
  public boolean isUndecided() {
    return compareTo(CLOSING_LOG) < 0;
  }
}
