package io.macpool.console.history;

import io.macpool.core.usage.Period;
import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.Recording.HostSpan;
import io.macpool.core.usage.Recording.Occupation;
import io.macpool.core.usage.SlotUse;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Stays, hosts and gaps, exactly, and how far the console had seen. */
final class SeenRows {

  private SeenRows() {}

  static void save(Handle handle, PoolObservation seen, Instant compacted) {
    handle.execute("DELETE FROM looks");
    handle.execute(
        "INSERT INTO looks (id, begin_ms, last_ms, compacted_ms) VALUES (1, ?, ?, ?)",
        seen.begin().toEpochMilli(),
        seen.last().toEpochMilli(),
        compacted.toEpochMilli());
    handle.execute("DELETE FROM open_stays");
    PreparedBatch open =
        handle.prepareBatch(
            "INSERT INTO open_stays (instance, image, host, owner, slot_use, since_ms, made,"
                + " was_ready) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    for (OpenInterval each : seen.open()) {
      open.add(
          each.instance(),
          each.image().orElse(null),
          each.host(),
          each.owner().orElse(null),
          each.use().name(),
          each.since().toEpochMilli(),
          each.made(),
          each.ready());
    }
    run(open);
    handle.execute("DELETE FROM open_hosts");
    PreparedBatch hosts =
        handle.prepareBatch(
            "INSERT INTO open_hosts (host, slots, when_empty, since_ms) VALUES (?, ?, ?, ?)");
    for (HostSpan each : seen.hosts()) {
      hosts.add(
          each.host(), each.slots(), each.whenEmpty().name(), each.period().from().toEpochMilli());
    }
    run(hosts);
    savePast(handle, seen);
  }

  private static void savePast(Handle handle, PoolObservation seen) {
    PreparedBatch stays =
        handle.prepareBatch(
            "INSERT INTO stays (instance, image, host, owner, slot_use, from_ms, to_ms)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (StateInterval each : seen.stays()) {
      Occupation occupation = each.occupation();
      stays.add(
          each.instance(),
          each.image().orElse(null),
          occupation.host(),
          occupation.owner().orElse(null),
          occupation.use().name(),
          occupation.period().from().toEpochMilli(),
          occupation.period().to().toEpochMilli());
    }
    run(stays);
    PreparedBatch spans =
        handle.prepareBatch(
            "INSERT INTO spans (host, slots, when_empty, from_ms, to_ms) VALUES (?, ?, ?, ?, ?)");
    for (HostSpan each : seen.spans()) {
      spans.add(
          each.host(),
          each.slots(),
          each.whenEmpty().name(),
          each.period().from().toEpochMilli(),
          each.period().to().toEpochMilli());
    }
    run(spans);
    PreparedBatch gaps =
        handle.prepareBatch("INSERT INTO gaps (from_ms, to_ms, cause) VALUES (?, ?, ?)");
    for (Gap each : seen.gaps()) {
      gaps.add(
          each.period().from().toEpochMilli(), each.period().to().toEpochMilli(), each.cause());
    }
    run(gaps);
  }

  /** A batch of nothing is an error to some drivers. */
  static void run(PreparedBatch batch) {
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  static Optional<Instant> compacted(Handle handle) {
    return handle
        .createQuery("SELECT compacted_ms FROM looks")
        .map((row, context) -> instant(row, "compacted_ms"))
        .findOne();
  }

  static Optional<PoolObservation> load(Handle handle, Instant oldest, int most) {
    Optional<Period> known =
        handle
            .createQuery("SELECT begin_ms, last_ms FROM looks")
            .map((row, context) -> new Period(instant(row, "begin_ms"), instant(row, "last_ms")))
            .findOne();
    return known.map(period -> load(handle, period, oldest, most));
  }

  private static PoolObservation load(Handle handle, Period known, Instant oldest, int most) {
    List<OpenInterval> open =
        handle
            .createQuery("SELECT * FROM open_stays")
            .map(
                (row, context) ->
                    new OpenInterval(
                        row.getString("instance"),
                        Optional.ofNullable(row.getString("image")),
                        row.getString("host"),
                        Optional.ofNullable(row.getString("owner")),
                        SlotUse.valueOf(row.getString("slot_use")),
                        instant(row, "since_ms"),
                        row.getBoolean("made"),
                        row.getBoolean("was_ready")))
            .list();
    List<HostSpan> hosts =
        handle
            .createQuery("SELECT host, slots, when_empty, since_ms FROM open_hosts")
            .map((row, context) -> span(row, new Period(instant(row, "since_ms"), known.to())))
            .list();
    List<StateInterval> stays =
        new ArrayList<>(
            handle
                .createQuery("SELECT * FROM stays WHERE to_ms >= ? ORDER BY id DESC LIMIT ?")
                .bind(0, oldest.toEpochMilli())
                .bind(1, most)
                .map((row, context) -> stay(row))
                .list());
    Collections.reverse(stays);
    List<HostSpan> spans =
        handle
            .createQuery("SELECT * FROM spans WHERE to_ms >= ? ORDER BY id")
            .bind(0, oldest.toEpochMilli())
            .map(
                (row, context) ->
                    span(row, new Period(instant(row, "from_ms"), instant(row, "to_ms"))))
            .list();
    Instant begin = known.from().isBefore(oldest) ? oldest : known.from();
    if (stays.size() == most && stays.get(0).occupation().period().to().isAfter(begin)) {
      begin = stays.get(0).occupation().period().to();
    }
    Instant last = known.to().isBefore(begin) ? begin : known.to();
    return new PoolObservation(
        begin, last, open, hosts, stays, spans, gaps(handle, new Period(begin, last)));
  }

  static List<Gap> gaps(Handle handle, Period period) {
    return handle
        .createQuery("SELECT * FROM gaps WHERE to_ms > ? AND from_ms < ? ORDER BY from_ms")
        .bind(0, period.from().toEpochMilli())
        .bind(1, period.to().toEpochMilli())
        .map(
            (row, context) ->
                new Gap(
                    new Period(instant(row, "from_ms"), instant(row, "to_ms")),
                    row.getString("cause")))
        .list();
  }

  static void forget(Handle handle, Instant exact, Instant oldest) {
    handle.execute("DELETE FROM stays WHERE to_ms < ?", exact.toEpochMilli());
    handle.execute("DELETE FROM spans WHERE to_ms < ?", exact.toEpochMilli());
    handle.execute("DELETE FROM gaps WHERE to_ms < ?", oldest.toEpochMilli());
  }

  private static StateInterval stay(ResultSet row) throws SQLException {
    return new StateInterval(
        row.getString("instance"),
        Optional.ofNullable(row.getString("image")),
        new Occupation(
            row.getString("host"),
            Optional.ofNullable(row.getString("owner")),
            SlotUse.valueOf(row.getString("slot_use")),
            new Period(instant(row, "from_ms"), instant(row, "to_ms"))),
        true);
  }

  private static HostSpan span(ResultSet row, Period period) throws SQLException {
    return new HostSpan(
        row.getString("host"),
        row.getInt("slots"),
        SlotUse.valueOf(row.getString("when_empty")),
        period);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return Instant.ofEpochMilli(row.getLong(column));
  }
}
