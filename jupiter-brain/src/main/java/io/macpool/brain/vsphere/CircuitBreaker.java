package io.macpool.brain.vsphere;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Keeps calls away from a vCenter that does not answer: after {@code limit} failures in a row
 * nobody gets through for {@code pause}, then one does, and its outcome decides. Thread-safe.
 */
final class CircuitBreaker {

  private final int limit;
  private final Duration pause;
  private final Clock clock;
  private int failures;
  private Instant openUntil = Instant.MIN;
  private boolean probing;

  CircuitBreaker(int limit, Duration pause, Clock clock) {
    this.limit = limit;
    this.pause = pause;
    this.clock = clock;
  }

  /** Whether a call may go out now; who is let through must report how it ended. */
  synchronized boolean admits() {
    if (failures < limit) {
      return true;
    }
    if (probing || clock.instant().isBefore(openUntil)) {
      return false;
    }
    probing = true;
    return true;
  }

  /** An answer came, be it a fault. */
  synchronized void answered() {
    failures = 0;
    probing = false;
  }

  /** No answer came. */
  synchronized void failed() {
    failures++;
    probing = false;
    if (failures >= limit) {
      openUntil = clock.instant().plus(pause);
    }
  }

  synchronized boolean isOpen() {
    return failures >= limit;
  }
}
