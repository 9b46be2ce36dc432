package io.macpool.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * The time by which this process measures. It begins as the wall clock's and goes on as {@link
 * System#nanoTime} does: between two of its instants lies what has passed, give or take a
 * twentieth, whatever is done to the wall clock meanwhile, and it never goes back.
 *
 * <p>The twentieth is by how much it runs faster or slower than time does while it is not the
 * wall's, so that what is told to others becomes right again: an hour in 20 hours. Thread-safe.
 */
public final class SteadyClock extends Clock {

  private static final int SHARE = 20;

  private final Clock wall;
  private final LongSupplier nanos;
  private Instant last;
  private long lastNanos;

  SteadyClock(Clock wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.last = wall.instant();
    this.lastNanos = nanos.getAsLong();
  }

  /** One that begins now. */
  public static Clock begin() {
    return new SteadyClock(wall(), System::nanoTime);
  }

  /**
   * The wall's clock: for what is held against other machines' times. It may be set at any moment:
   * no duration is to be taken from it.
   */
  public static Clock wall() {
    return Clock.systemUTC();
  }

  @Override
  public synchronized Instant instant() {
    long now = nanos.getAsLong();
    Duration passed = Duration.ofNanos(now - lastNanos);
    Duration most = passed.dividedBy(SHARE);
    Instant steady = last.plus(passed);
    Duration off = Duration.between(steady, wall.instant());
    if (off.abs().compareTo(most) > 0) {
      off = off.isNegative() ? most.negated() : most;
    }
    last = steady.plus(off);
    lastNanos = now;
    return last;
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
