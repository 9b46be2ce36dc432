package io.macpool.core.job;

/** The clocks that run for a job. Each runs at most once at a time. */
public enum Timer {
  /** From the request for an instance until SSH answers; time spent waiting for a slot is free. */
  STARTUP,
  /** From the first request for an instance on: how long to wait for a slot. */
  SLOT_WAIT,
  /** Until the broker is asked again. */
  SLOT_RETRY,
  /** Login and upload. */
  UPLOAD,
  /** The script's whole run. */
  HARD,
  /** Since the script's last output: the shell restarts it with each output. */
  SILENCE,
  /** Since the session was lost. */
  RECONNECT,
  /** The trace's download. */
  TRACE
}
