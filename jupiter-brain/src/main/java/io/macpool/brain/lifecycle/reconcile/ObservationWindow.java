package io.macpool.brain.lifecycle.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Since when others could be heard without a gap. Before that their silence says nothing: it was we
 * who were deaf, as the ledger was away, or this process stood still. Times are the ledger's.
 */
final class ObservationWindow {

  private final Duration longestGap;
  private Optional<Instant> last = Optional.empty();
  private Instant since = Instant.MAX;

  ObservationWindow(Duration longestGap) {
    this.longestGap = longestGap;
  }

  /** A round has reached the ledger. */
  void heard(Instant now) {
    if (last.isEmpty() || last.get().plus(longestGap).isBefore(now)) {
      since = now;
    }
    last = Optional.of(now);
  }

  /** A round has not. */
  void missed() {
    last = Optional.empty();
  }

  Instant since() {
    return since;
  }

  /** Whether everybody had so long to speak. */
  boolean lasted(Duration time, Instant now) {
    return !since.equals(Instant.MAX) && !since.plus(time).isAfter(now);
  }
}
