package io.macpool.core.job;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * What bounds one job.
 *
 * @param timers how long each timer runs; all are there, and positive
 * @param maxLogLength bytes of log
 * @param priorStartFailures how often an instance failed this job before
 * @param maxStartFailures at this many the job is errored instead of being given back
 * @param traceWanted whether the script's trace is fetched
 * @param keepSilentInstance whether the instance of a job that fell silent is left, to look at
 */
public record JobLimits(
    Map<Timer, Duration> timers,
    int maxLogLength,
    int priorStartFailures,
    int maxStartFailures,
    boolean traceWanted,
    boolean keepSilentInstance) {

  public JobLimits {
    timers = Map.copyOf(timers);
    for (Timer timer : Timer.values()) {
      Duration duration = timers.get(timer);
      if (timer != Timer.SLOT_RETRY
          && (duration == null || duration.isNegative() || duration.isZero())) {
        throw new IllegalArgumentException(timer + " needs a positive duration, not " + duration);
      }
    }
    if (maxLogLength < 1 || priorStartFailures < 0 || maxStartFailures < 1) {
      throw new IllegalArgumentException(
          "limits out of range: log %d bytes, failures %d of %d"
              .formatted(maxLogLength, priorStartFailures, maxStartFailures));
    }
  }

  /** How long {@code timer} runs; the broker says it for {@link Timer#SLOT_RETRY}. */
  public Duration of(Timer timer) {
    return Objects.requireNonNull(timers.get(timer), timer + " has no duration of its own");
  }
}
