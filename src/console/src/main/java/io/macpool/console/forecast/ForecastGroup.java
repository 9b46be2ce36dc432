package io.macpool.console.forecast;

import io.macpool.core.forecast.Horizon;
import java.util.Objects;
import java.util.Optional;

/**
 * Waits that are judged together.
 *
 * @param horizon how far off their start was foretold; empty if nothing was foretold
 */
public record ForecastGroup(String queue, Optional<Horizon> horizon) {

  public ForecastGroup {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(horizon, "horizon");
  }
}
