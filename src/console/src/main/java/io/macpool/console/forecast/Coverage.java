package io.macpool.console.forecast;

import java.time.Duration;

/**
 * How well a queue's waits were foretold.
 *
 * @param waits that came, of those that were foretold
 * @param held waits that lay in their band of 90 %
 * @param early waits that ended before their band began
 * @param off by how much the medians were off, all together
 * @param groundless waits that came when there was no ground for a forecast
 */
public record Coverage(long waits, long held, long early, Duration off, long groundless) {

  public static Coverage none() {
    return new Coverage(0, 0, 0, Duration.ZERO, 0);
  }

  /** Those that came after their band had ended. */
  public long late() {
    return waits - held - early;
  }

  public Coverage plus(Coverage other) {
    return new Coverage(
        waits + other.waits,
        held + other.held,
        early + other.early,
        off.plus(other.off),
        groundless + other.groundless);
  }
}
