package io.macpool.brain;

import io.macpool.core.GoDuration;
import io.macpool.core.hygiene.MaintenanceWindow;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Locale;

/** Reads a weekly window as it is written in settings: {@code sunday 02:00 6h}. */
final class HygieneWindow {

  private HygieneWindow() {}

  /**
   * The window.
   *
   * @throws IllegalArgumentException if it is none, with the reason for a person
   */
  static MaintenanceWindow parse(String text) {
    String[] parts = text.trim().split(" +", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("write a day, a time and a length: sunday 02:00 6h");
    }
    DayOfWeek day =
        Arrays.stream(DayOfWeek.values())
            .filter(
                one ->
                    parts[0].length() >= 3
                        && one.name().startsWith(parts[0].toUpperCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(parts[0] + " is no day of the week"));
    try {
      return new MaintenanceWindow(day, LocalTime.parse(parts[1]), GoDuration.parse(parts[2]));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(parts[1] + " is no time of a day, such as 02:00", e);
    }
  }
}
