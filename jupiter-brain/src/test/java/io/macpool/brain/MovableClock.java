package io.macpool.brain;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that goes as ours does, and is as far ahead of it as is wanted. */
final class MovableClock extends Clock {

  private volatile Duration ahead = Duration.ZERO;

  void ahead(Duration time) {
    ahead = time;
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
