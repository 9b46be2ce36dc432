package io.macpool.brain.ledger.database;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * The database's time as this process knows it: what it said last, and our monotonic time since. So
 * all replicas stamp by one clock, whatever their own say, and a step of theirs moves nothing.
 */
public final class DatabaseClock extends Clock {

  private record Reading(Instant time, long nanos) {}

  private final LongSupplier nanos;

  private volatile Reading last;

  /**
   * @param start what is told until the database was asked
   */
  public DatabaseClock(Instant start) {
    this(start, System::nanoTime);
  }

  /**
   * @param nanos our monotonic time
   */
  public DatabaseClock(Instant start, LongSupplier nanos) {
    this.nanos = nanos;
    last = new Reading(start, nanos.getAsLong());
  }

  /**
   * The database has told its time.
   *
   * @param asked our monotonic time before it was asked
   */
  public void set(Instant time, long asked) {
    long now = nanos.getAsLong();
    last = new Reading(time.plusNanos((now - asked) / 2), now);
  }

  @Override
  public Instant instant() {
    Reading reading = last;
    return reading.time().plus(Duration.ofNanos(nanos.getAsLong() - reading.nanos()));
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this; // instants alone are asked for
  }
}
