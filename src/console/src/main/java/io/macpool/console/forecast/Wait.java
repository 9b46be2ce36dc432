package io.macpool.console.forecast;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * A wait that has come to its end.
 *
 * @param queued by the clock of whoever queued the job
 * @param taken when a worker first had it, by the worker's clock
 */
public record Wait(String queue, Instant queued, Instant taken) {
  public Wait {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(queued, "queued");
    Objects.requireNonNull(taken, "taken");
  }

  /** Negative where the clocks differ by more. */
  Duration length() {
    return Duration.between(queued, taken);
  }
}
