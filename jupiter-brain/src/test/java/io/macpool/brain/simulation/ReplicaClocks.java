package io.macpool.brain.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The clocks of a replica's machine. The one that people set differs from the others' by up to 25 s
 * and jumps; the monotonic one began anywhere, and drifts.
 */
final class ReplicaClocks extends Clock {

  private static final Duration APART = Duration.ofSeconds(25);

  private final VirtualTime time;
  private final boolean wrong;
  private final long began;
  private final double rate;
  private Duration ahead;

  ReplicaClocks(VirtualTime time, boolean wrong) {
    this.time = time;
    this.wrong = wrong;
    this.began = wrong ? time.chance().nextLong() : 0;
    this.rate = wrong ? 1 + (time.chance().nextDouble() - 0.5) / 1_000 : 1;
    jump();
  }

  /** Somebody sets its clock. */
  void jump() {
    ahead = wrong ? time.between(APART.negated(), APART) : Duration.ZERO;
  }

  /** Monotonic; only differences mean something. */
  long nanos() {
    return began + (long) (rate * time.nanos());
  }

  @Override
  public Instant instant() {
    return time.instant().plus(ahead);
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
