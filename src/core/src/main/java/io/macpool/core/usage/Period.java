package io.macpool.core.usage;

import java.time.Duration;
import java.time.Instant;

/** From an instant on, up to another that no longer belongs to it; in whole milliseconds. */
public record Period(Instant from, Instant to) {

  public Period {
    from = Instant.ofEpochMilli(from.toEpochMilli());
    to = Instant.ofEpochMilli(to.toEpochMilli());
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("a period from " + from + " back to " + to);
    }
  }

  public Duration length() {
    return Duration.between(from, to);
  }

  public boolean isEmpty() {
    return from.equals(to);
  }

  /** What both have in common; empty, at one's edge, if they have nothing. */
  public Period within(Period other) {
    Instant start = from.isBefore(other.from) ? other.from : from;
    Instant end = to.isAfter(other.to) ? other.to : to;
    return new Period(start, end.isBefore(start) ? start : end);
  }
}
