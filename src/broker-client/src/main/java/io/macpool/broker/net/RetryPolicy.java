package io.macpool.broker.net;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to go on trying, and how long to pause between tries.
 *
 * @param patience from the first try until no further one begins
 * @param firstPause doubles with each try
 * @param longestPause the ceiling of the doubling
 */
public record RetryPolicy(Duration patience, Duration firstPause, Duration longestPause) {

  /** The field's habit: up to a minute, pauses that grow to ten seconds. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(Duration.ofMinutes(1), Duration.ofMillis(250), Duration.ofSeconds(10));

  /** The pause after try number {@code tries}, from 1: half of it fixed, half at random. */
  Duration pause(int tries, RandomGenerator random) {
    int doublings = Math.min(tries - 1, 20);
    long full = Math.min(longestPause.toMillis(), firstPause.toMillis() << doublings);
    return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
  }
}
