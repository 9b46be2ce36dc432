package io.macpool.sandbox.endurance;

import java.time.Duration;
import java.time.Instant;

/**
 * What came of one part of a long soak, drained and counted.
 *
 * @param number from 1
 * @param began when its services started
 * @param fed how long jobs were published
 * @param counts of jobs and of what must not be
 */
public record SoakPart(int number, Instant began, Duration fed, Counts counts) {

  /**
   * Counts that add up.
   *
   * @param jobs published
   * @param mishaps on purpose
   * @param reset given up by a worker and queued anew
   * @param died services that ended though nobody killed them
   */
  public record Counts(
      long jobs,
      long mishaps,
      long reset,
      long lost,
      long wrong,
      long repeated,
      long byTwo,
      long leaked,
      long overcommitted,
      long died) {

    public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    Counts plus(Counts other) {
      return new Counts(
          jobs + other.jobs,
          mishaps + other.mishaps,
          reset + other.reset,
          lost + other.lost,
          wrong + other.wrong,
          repeated + other.repeated,
          byTwo + other.byTwo,
          leaked + other.leaked,
          overcommitted + other.overcommitted,
          died + other.died);
    }

    /** Whether nothing is counted that must not be. */
    public boolean good() {
      return lost + wrong + repeated + byTwo + leaked + overcommitted + died == 0;
    }
  }
}
