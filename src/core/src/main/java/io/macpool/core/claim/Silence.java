package io.macpool.core.claim;

import java.time.Duration;
import java.util.Objects;

/**
 * For how long nobody has held a job's lock, as far as somebody who looks now and then can tell:
 * from the first look that found it free, as long as the looks follow each other closely. What
 * happened before that look, or while nobody looked, is not known, and not known is not silent: a
 * custodian that stood still itself would else take its own absence for the runner's.
 *
 * @param length from the first of the looks to the last one
 * @param seenAt when the last look was, by a clock that nobody sets
 * @param counts whether the last look found the lock free
 */
public record Silence(Duration length, Duration seenAt, boolean counts) {

  public Silence {
    Objects.requireNonNull(length, "length");
    Objects.requireNonNull(seenAt, "seenAt");
  }

  /** Nothing was seen yet, or somebody had the lock, or it could not be told. */
  public static Silence none() {
    return new Silence(Duration.ZERO, Duration.ZERO, false);
  }

  /**
   * The lock was found free.
   *
   * @param now when it was asked for
   * @param gap between two looks, at most: with more, what was between them is not known
   */
  public Silence free(Duration now, Duration gap) {
    Duration passed = now.minus(seenAt);
    return counts && passed.compareTo(gap) <= 0
        ? new Silence(length.plus(passed), now, true)
        : new Silence(Duration.ZERO, now, true);
  }
}
