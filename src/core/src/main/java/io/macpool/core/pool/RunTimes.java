package io.macpool.core.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long jobs run on average, by Little's law: processor time spent over jobs finished. Older
 * times count less, by half each {@link #HALF_LIFE}.
 *
 * @param busySeconds processor seconds spent on jobs
 * @param finished jobs finished in them
 * @param at when last observed
 */
public record RunTimes(double busySeconds, double finished, Instant at) {

  public static final Duration HALF_LIFE = Duration.ofMinutes(30);

  /** Nothing observed yet. */
  public static RunTimes none(Instant now) {
    return new RunTimes(0, 0, now);
  }

  /** After a while in which {@code running} jobs ran and {@code newlyFinished} ended. */
  public RunTimes observing(int running, long newlyFinished, Instant now) {
    double seconds = Math.max(0, Duration.between(at, now).toMillis() / 1000.0);
    double kept = Math.pow(0.5, seconds / HALF_LIFE.toSeconds());
    return new RunTimes(
        busySeconds * kept + running * seconds, finished * kept + Math.max(0, newlyFinished), now);
  }

  /** The mean, once a few jobs have finished. */
  public Optional<Duration> mean() {
    return finished < 3
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.round(busySeconds / finished * 1000)));
  }
}
