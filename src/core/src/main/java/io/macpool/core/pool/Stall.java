package io.macpool.core.pool;

import java.util.Optional;

/** Why jobs wait in a queue and not one of them may run. */
public enum Stall {
  /** A person paused the cluster, and none of its processors stays. */
  PAUSED,
  /** A person allows none. */
  MAX_JOBS_IS_ZERO,
  /** Its share of the hardware pool is none. */
  NO_SLOTS,
  /** Nobody knows how many slots there are, and it held none. */
  SLOTS_UNKNOWN,
  /** The limit has not followed the queue yet, or is held at none. */
  LIMIT_IS_ZERO;

  /**
   * Who keeps jobs from running.
   *
   * @param ready jobs that nobody took yet
   * @param may jobs that may run now
   * @param paused whether a person paused the cluster
   * @param maxJobs the most that a person allows
   * @param share of its hardware pool, if it has one
   * @return empty if nothing waits or something may run
   */
  public static Optional<Stall> of(
      long ready, int may, boolean paused, int maxJobs, Optional<SlotShare.Reason> share) {
    if (ready <= 0 || may > 0) {
      return Optional.empty();
    }
    if (paused) {
      return Optional.of(PAUSED);
    }
    if (maxJobs == 0) {
      return Optional.of(MAX_JOBS_IS_ZERO);
    }
    return Optional.of(
        share
            .map(
                reason ->
                    switch (reason) {
                      case HOLDS -> SLOTS_UNKNOWN;
                      case SHARED, WAITS_FOR_DRAIN, GIVES_BACK -> NO_SLOTS;
                      case ALL_WANTED -> LIMIT_IS_ZERO;
                    })
            .orElse(LIMIT_IS_ZERO));
  }
}
