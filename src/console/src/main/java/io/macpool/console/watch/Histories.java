package io.macpool.console.watch;

import java.util.Objects;

/**
 * What is known of the past, and what follows from it for the next hours. Nothing here asks a peer.
 *
 * @param recent instances of the last hours, in memory
 * @param kept what is in the database
 * @param forecast how long jobs will wait
 */
public record Histories(PoolHistory recent, HistoryKeeper kept, QueueForecast forecast) {

  public Histories {
    Objects.requireNonNull(recent, "recent");
    Objects.requireNonNull(kept, "kept");
    Objects.requireNonNull(forecast, "forecast");
  }
}
