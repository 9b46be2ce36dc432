package io.macpool.core.hygiene;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.Objects;

/**
 * Some hours of each week, in UTC.
 *
 * @param length a week at most
 */
public record MaintenanceWindow(DayOfWeek day, LocalTime from, Duration length) {
  public MaintenanceWindow {
    Objects.requireNonNull(day, "day");
    Objects.requireNonNull(from, "from");
    if (length.isNegative() || length.isZero() || length.compareTo(Duration.ofDays(7)) > 0) {
      throw new IllegalArgumentException("a window is longer than nothing, and a week at most");
    }
  }

  public boolean contains(Instant time) {
    ZonedDateTime utc = time.atZone(ZoneOffset.UTC);
    ZonedDateTime begin = utc.with(TemporalAdjusters.previousOrSame(day)).with(from);
    if (begin.isAfter(utc)) {
      begin = begin.minusWeeks(1);
    }
    return utc.isBefore(begin.plus(length));
  }
}
