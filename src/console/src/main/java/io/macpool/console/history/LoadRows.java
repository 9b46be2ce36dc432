package io.macpool.console.history;

import io.macpool.core.usage.CapacityReplay.Demand;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.SlotUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/** What was in use, for replays: a row holds all that ended between two looks of a minute. */
final class LoadRows {

  /** What lasts longer than this may be missing at a period's end. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private LoadRows() {}

  static void save(Handle handle, Instant now, List<StateInterval> ended) {
    String demands =
        ended.stream()
            .map(StateInterval::occupation)
            .filter(each -> each.use() == SlotUse.BUSY)
            .map(
                each ->
                    Long.toString(each.period().from().toEpochMilli(), Character.MAX_RADIX)
                        + "."
                        + Long.toString(each.period().length().toMillis(), Character.MAX_RADIX))
            .collect(Collectors.joining(" "));
    if (!demands.isEmpty()) {
      handle.execute("DELETE FROM loads WHERE saved_ms = ?", now.toEpochMilli());
      handle.execute(
          "INSERT INTO loads (saved_ms, demands) VALUES (?, ?)", now.toEpochMilli(), demands);
    }
  }

  static List<Demand> load(Handle handle, Period period, int most) {
    Deque<Demand> load = new ArrayDeque<>();
    try (ResultIterator<String> rows =
        handle
            .createQuery(
                "SELECT demands FROM loads WHERE saved_ms >= ? AND saved_ms <= ? ORDER BY saved_ms")
            .bind(0, period.from().toEpochMilli())
            .bind(1, period.to().plus(LONGEST).toEpochMilli())
            .mapTo(String.class)
            .iterator()) {
      while (rows.hasNext()) {
        for (String each : rows.next().split(" ", -1)) {
          int dot = each.indexOf('.');
          Instant at =
              Instant.ofEpochMilli(Long.parseLong(each.substring(0, dot), Character.MAX_RADIX));
          if (!at.isBefore(period.from()) && at.isBefore(period.to())) {
            load.add(
                new Demand(
                    at,
                    Duration.ofMillis(
                        Long.parseLong(each.substring(dot + 1), Character.MAX_RADIX))));
            if (load.size() > most) {
              load.poll();
            }
          }
        }
      }
    }
    return List.copyOf(load);
  }

  static void forget(Handle handle, Instant oldest) {
    handle.execute("DELETE FROM loads WHERE saved_ms < ?", oldest.toEpochMilli());
  }
}
