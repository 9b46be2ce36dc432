package io.macpool.operator.cluster;

import java.time.Duration;

/**
 * How soon a cluster is looked at again, if nothing wakes it before: soon while something moves,
 * less and less so while nothing comes of it, and seldom when there is nothing to see. Used by one
 * round at a time.
 */
final class Pace {

  private static final int MOST_COUNTED = 10;

  /** So many fruitless rounds come right one after the other. */
  private static final int PATIENT_ROUNDS = 5;

  /** After so many idle rounds a cluster is looked at that many times as seldom. */
  private static final int IDLE_ROUNDS = 3;

  private static final int IDLE_FACTOR = 6;

  private final Duration interval;
  private final Duration settling;
  private int quiet;
  private int refused;
  private int idle;

  /**
   * What came of a round.
   *
   * @param changed whether something was written or told
   * @param moving whether something is on its way: a pod that starts, a size that is not taken yet
   * @param refused whether the API refused something
   * @param idle whether nothing waits and nothing runs, as far as everybody answered
   */
  record Round(boolean changed, boolean moving, boolean refused, boolean idle) {}

  /**
   * @param interval between rounds in which nothing moves
   * @param settling between rounds while something does
   */
  Pace(Duration interval, Duration settling) {
    this.interval = interval;
    this.settling = settling;
  }

  /** How long to wait after this round. */
  Duration after(Round round) {
    quiet = round.changed() ? 0 : Math.min(quiet + 1, MOST_COUNTED);
    refused = round.refused() ? Math.min(refused + 1, MOST_COUNTED) : 0;
    boolean nothing = round.idle() && !round.changed() && !round.moving() && !round.refused();
    idle = nothing ? Math.min(idle + 1, MOST_COUNTED) : 0;
    if (round.refused()) {
      return atMostInterval(refused);
    }
    if (round.moving()) {
      return atMostInterval(Math.max(0, quiet - PATIENT_ROUNDS));
    }
    return idle < IDLE_ROUNDS ? interval : interval.multipliedBy(IDLE_FACTOR);
  }

  private Duration atMostInterval(int doublings) {
    Duration later = settling.multipliedBy(1L << doublings);
    return later.compareTo(interval) < 0 ? later : interval;
  }
}
