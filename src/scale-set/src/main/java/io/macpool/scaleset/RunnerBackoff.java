package io.macpool.scaleset;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What keeps runners from being made for a while: a full pool, or runners that failed one after the
 * other. Without it a broken image would be tried without end. Thread-safe.
 */
final class RunnerBackoff {

  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  /** So many in a row, and somebody should look. */
  private static final int WORTH_A_LOOK = 3;

  private final Clock clock;
  private int inARow;
  private Instant until = Instant.EPOCH;
  private String why = "";

  RunnerBackoff(Clock clock) {
    this.clock = clock;
  }

  /** The broker has no room now. */
  synchronized void full(String reason, Duration pause) {
    put(clock.instant().plus(pause), reason);
  }

  /** A runner did not come about. */
  synchronized void failed(String reason) {
    inARow++;
    Duration pause = FIRST.multipliedBy(1L << Math.min(inARow - 1, 10));
    put(clock.instant().plus(pause.compareTo(LONGEST) > 0 ? LONGEST : pause), reason);
  }

  private void put(Instant end, String reason) {
    if (end.isAfter(until)) {
      until = end;
    }
    why = reason;
  }

  /** A runner came about. */
  synchronized void succeeded() {
    inARow = 0;
  }

  /** Why no runner is to be made now; empty if they may. */
  synchronized Optional<String> reason() {
    return clock.instant().isBefore(until) ? Optional.of(why) : Optional.empty();
  }

  /** What somebody should look at; empty if all is well. */
  synchronized Optional<String> warning() {
    return inARow >= WORTH_A_LOOK
        ? Optional.of("%d runners in a row did not come about: %s".formatted(inARow, why))
        : Optional.empty();
  }
}
