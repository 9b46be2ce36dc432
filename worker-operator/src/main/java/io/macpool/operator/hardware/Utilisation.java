package io.macpool.operator.hardware;

import io.macpool.operator.hardware.SlotLedger.Picture;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalInt;

/**
 * Slots used over slots there, for each full hour of the clock. A mean over the sixty minutes
 * before now would move on for an hour after the last change, and each move is a write; this one is
 * true for as long as it stands.
 *
 * @param hour that is being watched
 * @param seen how much of it so far, while the slots were known
 * @param used slot seconds used in it
 * @param there slot seconds there in it
 * @param at when last observed
 * @param lastHour percent of the hour before; empty if less than half of it was seen
 */
record Utilisation(
    Instant hour, Duration seen, double used, double there, Instant at, OptionalInt lastHour) {

  private static final Duration ENOUGH = Duration.ofMinutes(30);

  static Utilisation none(Instant now) {
    return starting(now, OptionalInt.empty());
  }

  private static Utilisation starting(Instant now, OptionalInt lastHour) {
    return new Utilisation(hourOf(now), Duration.ZERO, 0, 0, now, lastHour);
  }

  Utilisation observing(Picture picture, Instant now) {
    if (!hourOf(now).equals(hour)) {
      boolean next = hourOf(now).equals(hour.plus(1, ChronoUnit.HOURS));
      return starting(now, next ? percent() : OptionalInt.empty());
    }
    Duration since = Duration.between(at, now);
    int slots = picture.slots().toOptional().orElse(0);
    if (slots == 0 || since.isNegative()) {
      return new Utilisation(hour, seen, used, there, now, lastHour);
    }
    double seconds = since.toMillis() / 1000.0;
    return new Utilisation(
        hour,
        seen.plus(since),
        used + Math.min(slots, picture.used()) * seconds,
        there + slots * seconds,
        now,
        lastHour);
  }

  private OptionalInt percent() {
    return seen.compareTo(ENOUGH) < 0
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.round(100 * used / there));
  }

  private static Instant hourOf(Instant time) {
    return time.truncatedTo(ChronoUnit.HOURS);
  }
}
