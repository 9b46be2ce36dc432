package io.macpool.console.history;

import io.macpool.core.usage.Period;
import io.macpool.core.usage.SlotTime;
import io.macpool.core.usage.SlotUse;
import io.macpool.core.usage.UsageReport;
import io.macpool.core.usage.UsageReport.Charge;
import io.macpool.core.usage.UsageReport.HostUsage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Reports of hours and days. Of charges only what is an owner's own: shares follow from that. */
final class ReportRows {

  /** What there is a report of. */
  record Kept(Bucket bucket, Period period) {}

  private ReportRows() {}

  static void save(Handle handle, Bucket bucket, UsageReport report) {
    int grain = bucket.grain().number();
    long from = bucket.from().toEpochMilli();
    for (String table : List.of("reports", "host_times", "charges")) {
      handle.execute("DELETE FROM " + table + " WHERE grain = ? AND from_ms = ?", grain, from);
    }
    handle.execute(
        "INSERT INTO reports (grain, from_ms, begin_ms, to_ms) VALUES (?, ?, ?, ?)",
        grain,
        from,
        report.period().from().toEpochMilli(),
        report.period().to().toEpochMilli());
    PreparedBatch hosts =
        handle.prepareBatch(
            "INSERT INTO host_times (grain, from_ms, host, slots, most, most_ms, unseen_ms, busy,"
                + " booting, warm, hung, idle, cordoned, lost, unrecorded)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (HostUsage each : report.hosts()) {
      List<Object> cells =
          new ArrayList<>(
              List.of(
                  grain,
                  from,
                  each.host(),
                  each.slots(),
                  each.mostAtOnce(),
                  each.at().toEpochMilli(),
                  each.unseen().toMillis()));
      for (SlotUse use : SlotUse.values()) {
        cells.add(each.time().of(use).toMillis());
      }
      hosts.add(cells.toArray());
    }
    SeenRows.run(hosts);
    PreparedBatch charges =
        handle.prepareBatch(
            "INSERT INTO charges (grain, from_ms, owner, own_ms) VALUES (?, ?, ?, ?)");
    for (Charge each : report.charges()) {
      each.owner().ifPresent(owner -> charges.add(grain, from, owner, each.own().toMillis()));
    }
    SeenRows.run(charges);
  }

  static Optional<UsageReport> load(Handle handle, Bucket bucket) {
    return handle
        .createQuery("SELECT begin_ms, to_ms FROM reports WHERE grain = ? AND from_ms = ?")
        .bind(0, bucket.grain().number())
        .bind(1, bucket.from().toEpochMilli())
        .map((row, context) -> kept(bucket, row))
        .findOne()
        .map(kept -> load(handle, kept));
  }

  private static Kept kept(Bucket bucket, ResultSet row) throws SQLException {
    return new Kept(
        bucket, new Period(SeenRows.instant(row, "begin_ms"), SeenRows.instant(row, "to_ms")));
  }

  /** All that lie in a period, in their order; a day before its hours. */
  static List<Kept> within(Handle handle, Period period) {
    return handle
        .createQuery(
            "SELECT grain, from_ms, begin_ms, to_ms FROM reports WHERE from_ms >= ? AND to_ms <= ?"
                + " AND to_ms > begin_ms ORDER BY begin_ms, grain DESC")
        .bind(0, period.from().toEpochMilli())
        .bind(1, period.to().toEpochMilli())
        .map(
            (row, context) ->
                kept(
                    new Bucket(
                        row.getInt("grain") == Grain.DAY.number() ? Grain.DAY : Grain.HOUR,
                        SeenRows.instant(row, "from_ms")),
                    row))
        .list();
  }

  static UsageReport load(Handle handle, Kept kept) {
    int grain = kept.bucket().grain().number();
    long from = kept.bucket().from().toEpochMilli();
    List<HostUsage> hosts =
        handle
            .createQuery("SELECT * FROM host_times WHERE grain = ? AND from_ms = ? ORDER BY host")
            .bind(0, grain)
            .bind(1, from)
            .setFetchSize(1000)
            .map((row, context) -> host(row))
            .list();
    List<Charge> charges =
        handle
            .createQuery("SELECT owner, own_ms FROM charges WHERE grain = ? AND from_ms = ?")
            .bind(0, grain)
            .bind(1, from)
            .map(
                (row, context) ->
                    new Charge(
                        Optional.of(row.getString("owner")),
                        Duration.ofMillis(row.getLong("own_ms")),
                        Duration.ZERO))
            .list();
    SlotTime whole = SlotTime.none();
    for (HostUsage each : hosts) {
      whole = whole.plus(each.time());
    }
    return new UsageReport(kept.period(), whole, hosts, charges, Map.of(), List.of());
  }

  private static HostUsage host(ResultSet row) throws SQLException {
    Map<SlotUse, Duration> times = new EnumMap<>(SlotUse.class);
    for (SlotUse use : SlotUse.values()) {
      times.put(use, Duration.ofMillis(row.getLong(use.name().toLowerCase(Locale.ROOT))));
    }
    return new HostUsage(
        row.getString("host"),
        SlotTime.of(times),
        row.getInt("most"),
        SeenRows.instant(row, "most_ms"),
        row.getInt("slots"),
        Duration.ofMillis(row.getLong("unseen_ms")));
  }

  static void forget(Handle handle, Grain grain, Instant oldest) {
    for (String table : List.of("reports", "host_times", "charges")) {
      handle.execute(
          "DELETE FROM " + table + " WHERE grain = ? AND from_ms < ?",
          grain.number(),
          grain.floor(oldest).toEpochMilli());
    }
  }
}
