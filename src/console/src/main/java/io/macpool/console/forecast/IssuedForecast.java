package io.macpool.console.forecast;

import io.macpool.core.forecast.WaitForecast.Foretold;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What was told of the job that comes next in a queue.
 *
 * @param foretold empty if there was no ground to foretell anything
 */
public record IssuedForecast(String queue, Instant at, Optional<Foretold> foretold) {

  public IssuedForecast {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(foretold, "foretold");
  }
}
