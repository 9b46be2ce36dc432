package io.macpool.core.usage;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * Slot time by use, in whole milliseconds, so that sums are exact: two slots for an hour are two
 * slot hours. Immutable.
 */
public final class SlotTime {

  private static final SlotTime NONE = new SlotTime(new EnumMap<>(SlotUse.class));

  private final Map<SlotUse, Long> millis;

  private SlotTime(Map<SlotUse, Long> millis) {
    this.millis = millis;
  }

  public static SlotTime none() {
    return NONE;
  }

  /** Of parts that were told before, in whole milliseconds. */
  public static SlotTime of(Map<SlotUse, Duration> parts) {
    Map<SlotUse, Long> millis = new EnumMap<>(SlotUse.class);
    parts.forEach((use, time) -> millis.put(use, time.toMillis()));
    millis.values().removeIf(part -> part == 0);
    return new SlotTime(millis);
  }

  static SlotTime ofMillis(Map<SlotUse, Long> millis) {
    Map<SlotUse, Long> copy = new EnumMap<>(SlotUse.class);
    copy.putAll(millis);
    return new SlotTime(copy);
  }

  /** Spent on this. */
  public Duration of(SlotUse use) {
    return Duration.ofMillis(millisOf(use));
  }

  long millisOf(SlotUse use) {
    return millis.getOrDefault(use, 0L);
  }

  /** All of it. */
  public Duration whole() {
    return Duration.ofMillis(millis.values().stream().mapToLong(part -> part).sum());
  }

  public SlotTime plus(SlotTime other) {
    Map<SlotUse, Long> sum = new EnumMap<>(SlotUse.class);
    sum.putAll(millis);
    other.millis.forEach((use, part) -> sum.merge(use, part, Long::sum));
    return new SlotTime(sum);
  }

  /** In-use time as a part of all that was recorded; 0 if nothing was. */
  public double utilisation() {
    long recorded = whole().toMillis() - millisOf(SlotUse.UNRECORDED);
    return recorded == 0 ? 0 : (double) millisOf(SlotUse.BUSY) / recorded;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SlotTime time && time.millis.equals(millis);
  }

  @Override
  public int hashCode() {
    return millis.hashCode();
  }

  @Override
  public String toString() {
    return millis.toString();
  }
}
