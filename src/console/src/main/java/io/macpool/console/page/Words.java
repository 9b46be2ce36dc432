package io.macpool.console.page;

import java.time.Duration;
import java.util.Locale;

/** Times and parts for a person. */
final class Words {

  private Words() {}

  /** About so long, in the two largest units. */
  static String about(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
    return seconds / 86_400 + " d " + seconds % 86_400 / 3600 + " h";
  }

  /** How long something took: tenths of a second count while there are few. */
  static String took(Duration duration) {
    return duration.compareTo(Duration.ofSeconds(10)) < 0 && !duration.isNegative()
        ? String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0)
        : about(duration);
  }

  static String hours(Duration duration) {
    return String.format(Locale.ROOT, "%.2f", duration.toMillis() / 3_600_000.0);
  }

  static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", part * 100);
  }
}
