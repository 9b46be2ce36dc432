package io.macpool.console.history;

import java.time.Duration;
import java.time.Instant;

/** How long the periods are of which reports are kept. */
public enum Grain {
  HOUR(1, Duration.ofHours(1)),
  DAY(2, Duration.ofDays(1));

  private final int number;
  private final Duration length;

  Grain(int number, Duration length) {
    this.number = number;
    this.length = length;
  }

  int number() {
    return number;
  }

  public Duration length() {
    return length;
  }

  /** The beginning of the one in which a moment lies, in UTC. */
  public Instant floor(Instant at) {
    long millis = at.toEpochMilli();
    return Instant.ofEpochMilli(millis - Math.floorMod(millis, length.toMillis()));
  }

  /** The moment itself if one begins then, else the next beginning. */
  public Instant ceiling(Instant at) {
    Instant floor = floor(at);
    return floor.equals(at) ? at : floor.plus(length);
  }
}
