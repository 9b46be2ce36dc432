package io.macpool.console.history;

import io.macpool.console.forecast.Coverage;
import io.macpool.console.forecast.ForecastGroup;
import io.macpool.console.forecast.IssuedForecast;
import io.macpool.core.forecast.Horizon;
import io.macpool.core.forecast.WaitForecast.Band;
import io.macpool.core.forecast.WaitForecast.Foretold;
import io.macpool.core.forecast.WaitReason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** What was foretold, and how often it held. */
final class ForecastRows {

  /** What the column says where nothing was foretold. */
  private static final String NONE = "NONE";

  private ForecastRows() {}

  static void save(Handle handle, List<IssuedForecast> told) {
    PreparedBatch gone = handle.prepareBatch("DELETE FROM forecasts WHERE queue = ? AND at_ms = ?");
    PreparedBatch rows =
        handle.prepareBatch(
            "INSERT INTO forecasts (queue, at_ms, median_ms, earliest_ms, latest_ms,"
                + " simulated_median_ms, simulated_low_ms, simulated_high_ms)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    for (IssuedForecast each : told) {
      Optional<Foretold> forecast = each.foretold();
      Optional<Band> band = forecast.map(Foretold::simulated);
      gone.add(each.queue(), each.at().toEpochMilli());
      rows.add(
          each.queue(),
          each.at().toEpochMilli(),
          forecast.map(Foretold::median).map(Duration::toMillis).orElse(null),
          forecast.map(Foretold::earliest).map(Duration::toMillis).orElse(null),
          forecast.map(Foretold::latest).map(Duration::toMillis).orElse(null),
          band.map(Band::median).map(Duration::toMillis).orElse(null),
          band.map(Band::low).map(Duration::toMillis).orElse(null),
          band.map(Band::high).map(Duration::toMillis).orElse(null));
    }
    SeenRows.run(gone);
    SeenRows.run(rows);
  }

  static List<IssuedForecast> load(Handle handle, Instant oldest) {
    return handle
        .createQuery("SELECT * FROM forecasts WHERE at_ms >= ? ORDER BY at_ms")
        .bind(0, oldest.toEpochMilli())
        .map((row, context) -> told(row))
        .list();
  }

  private static IssuedForecast told(ResultSet row) throws SQLException {
    Instant at = Instant.ofEpochMilli(row.getLong("at_ms"));
    Duration median = duration(row, "median_ms");
    boolean groundless = row.wasNull();
    Optional<Foretold> forecast =
        groundless
            ? Optional.empty()
            : Optional.of(
                new Foretold(
                    median,
                    duration(row, "earliest_ms"),
                    duration(row, "latest_ms"),
                    new WaitReason.QueueUnknown("its reason is not kept", at),
                    new Band(
                        duration(row, "simulated_low_ms"),
                        duration(row, "simulated_median_ms"),
                        duration(row, "simulated_high_ms")),
                    0));
    return new IssuedForecast(row.getString("queue"), at, forecast);
  }

  private static Duration duration(ResultSet row, String column) throws SQLException {
    return Duration.ofMillis(row.getLong(column));
  }

  /** Adds to what is kept of an hour. */
  static void add(Handle handle, Instant hour, Map<ForecastGroup, Coverage> counts) {
    Map<ForecastGroup, Coverage> sums = new HashMap<>(load(handle, hour, hour.plusMillis(1)));
    counts.forEach((which, each) -> sums.merge(which, each, Coverage::plus));
    handle.execute("DELETE FROM coverage WHERE from_ms = ?", hour.toEpochMilli());
    PreparedBatch rows =
        handle.prepareBatch(
            "INSERT INTO coverage (from_ms, queue, horizon, waits, held, early, off_ms,"
                + " groundless) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    sums.forEach(
        (which, each) ->
            rows.add(
                hour.toEpochMilli(),
                which.queue(),
                which.horizon().map(Horizon::name).orElse(NONE),
                each.waits(),
                each.held(),
                each.early(),
                each.off().toMillis(),
                each.groundless()));
    SeenRows.run(rows);
  }

  /** The sums of a period. */
  static Map<ForecastGroup, Coverage> load(Handle handle, Instant from, Instant to) {
    Map<ForecastGroup, Coverage> sums = new HashMap<>();
    handle
        .createQuery(
            "SELECT queue, horizon, SUM(waits) AS waits, SUM(held) AS held, SUM(early) AS early,"
                + " SUM(off_ms) AS off_ms, SUM(groundless) AS groundless FROM coverage"
                + " WHERE from_ms >= ? AND from_ms < ? GROUP BY queue, horizon")
        .bind(0, from.toEpochMilli())
        .bind(1, to.toEpochMilli())
        .map(
            (row, context) ->
                Map.entry(
                    new ForecastGroup(row.getString("queue"), horizon(row.getString("horizon"))),
                    new Coverage(
                        row.getLong("waits"),
                        row.getLong("held"),
                        row.getLong("early"),
                        duration(row, "off_ms"),
                        row.getLong("groundless"))))
        .forEach(each -> sums.put(each.getKey(), each.getValue()));
    return sums;
  }

  private static Optional<Horizon> horizon(String name) {
    return name.equals(NONE) ? Optional.empty() : Optional.of(Horizon.valueOf(name));
  }

  static void forget(Handle handle, Instant oldest, Instant oldestCoverage) {
    handle.execute("DELETE FROM forecasts WHERE at_ms < ?", oldest.toEpochMilli());
    handle.execute("DELETE FROM coverage WHERE from_ms < ?", oldestCoverage.toEpochMilli());
  }
}
