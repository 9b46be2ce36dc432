package io.macpool.operator.hardware;

import io.macpool.operator.hardware.SlotLedger.Picture;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * Slots used over slots there, over about the last hour: a mean whose older part fades.
 *
 * @param used slot seconds used
 * @param there slot seconds there
 * @param at when last observed
 */
record Utilisation(double used, double there, Instant at) {

  private static final Duration WINDOW = Duration.ofHours(1);

  static Utilisation none(Instant now) {
    return new Utilisation(0, 0, now);
  }

  Utilisation observing(Picture picture, Instant now) {
    double seconds = Math.max(0, Duration.between(at, now).toMillis() / 1000.0);
    double kept = Math.exp(-seconds / WINDOW.toSeconds());
    int slots = picture.slots().toOptional().orElse(0);
    return slots == 0
        ? new Utilisation(used * kept, there * kept, now)
        : new Utilisation(
            used * kept + Math.min(slots, picture.used()) * seconds,
            there * kept + slots * seconds,
            now);
  }

  OptionalInt percent() {
    return there < 1 ? OptionalInt.empty() : OptionalInt.of((int) Math.round(100 * used / there));
  }
}
