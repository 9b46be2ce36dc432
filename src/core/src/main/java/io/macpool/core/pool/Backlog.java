package io.macpool.core.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * What waits and runs behind one queue.
 *
 * @param ready messages that nobody took yet
 * @param unacked messages taken and not yet finished
 * @param meanRun how long a job runs on average, if that was measured
 */
public record Backlog(long ready, long unacked, Optional<Duration> meanRun) {

  public Backlog {
    if (ready < 0 || unacked < 0) {
      throw new IllegalArgumentException(
          "a queue can't hold " + ready + " ready and " + unacked + " unacked");
    }
  }

  /** Needed demand: ready and unacked. */
  public long depth() {
    return ready + unacked;
  }

  /**
   * How long the last ready job waits if {@code jobs} run at once, by Little's law: what is ahead
   * of it leaves at {@code jobs / meanRun}. Nothing if the mean or every processor is missing.
   */
  public Optional<Duration> waitWith(int jobs) {
    if (ready == 0) {
      return Optional.of(Duration.ZERO);
    }
    return jobs == 0
        ? Optional.empty()
        : meanRun.map(run -> run.multipliedBy(ready).dividedBy(jobs));
  }
}
