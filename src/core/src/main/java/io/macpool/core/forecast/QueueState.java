package io.macpool.core.forecast;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What is known of one queue when a wait in it is foretold. Its jobs start in the order in which
 * they came.
 *
 * @param limit jobs that may run at once
 * @param running how long each job that runs has run so far, in any order; it may be more of them
 *     than the limit, after which as many ends start nothing
 * @param runTimes of jobs that ended lately, in any order
 * @param whenFull why a job waits once as many run as may
 */
public record QueueState(
    int limit, List<Duration> running, List<Duration> runTimes, WaitReason whenFull) {

  public QueueState {
    if (limit < 0) {
      throw new IllegalArgumentException("a limit of " + limit + " jobs");
    }
    running = List.copyOf(running);
    runTimes = List.copyOf(runTimes);
    Objects.requireNonNull(whenFull, "whenFull");
  }

  /** Jobs that may start at once. */
  public int free() {
    return Math.max(0, limit - running.size());
  }
}
