package io.macpool.core.forecast;

import java.time.Duration;

/** How far off the start of a job is: forecasts are judged among their like. */
public enum Horizon {
  UNDER_5_MINUTES("under 5 min", Duration.ofMinutes(5)),
  UNDER_30_MINUTES("5 to 30 min", Duration.ofMinutes(30)),
  UNDER_2_HOURS("30 min to 2 h", Duration.ofHours(2)),
  LONGER("over 2 h", Duration.ofSeconds(Long.MAX_VALUE));

  private final String words;
  private final Duration below;

  Horizon(String words, Duration below) {
    this.words = words;
    this.below = below;
  }

  /** The one to which a wait of this length belongs. */
  public static Horizon of(Duration wait) {
    for (Horizon horizon : values()) {
      if (wait.compareTo(horizon.below) < 0) {
        return horizon;
      }
    }
    return LONGER;
  }

  /** For a person. */
  public String words() {
    return words;
  }
}
