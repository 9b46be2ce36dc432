package io.macpool.brain.ledger;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.hygiene.FailureDomain;
import io.macpool.core.hygiene.HostFault;
import io.macpool.core.hygiene.HostHygienePlanner.Plan;
import io.macpool.core.hygiene.HostHygienePlanner.State;
import io.macpool.core.hygiene.HostRepair;
import io.macpool.core.hygiene.HygieneAction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Statements on the tables of host hygiene. */
final class HygieneRows {

  private static final int LONGEST_REASON = 1000;

  private HygieneRows() {}

  static HygieneRecord read(Handle handle) {
    long version =
        handle
            .createQuery("SELECT version FROM jupiter_brain.hygiene_versions WHERE id = 1")
            .mapTo(Long.class)
            .one();
    Map<String, HostRepair> repairs = new HashMap<>();
    handle
        .createQuery("SELECT * FROM jupiter_brain.hygiene_repairs")
        .map((row, context) -> repairs.put(row.getString("host"), repair(row)))
        .list();
    Map<FailureDomain, Integer> widths = new HashMap<>();
    handle
        .createQuery("SELECT kind, name, width FROM jupiter_brain.hygiene_widths")
        .map(
            (row, context) ->
                widths.put(
                    new FailureDomain(
                        FailureDomain.Kind.valueOf(row.getString("kind")), row.getString("name")),
                    row.getInt("width")))
        .list();
    return new HygieneRecord(version, new State(repairs, widths));
  }

  private static HostRepair repair(ResultSet row) throws SQLException {
    String host = row.getString("host");
    HostFault fault =
        new HostFault(
            HostFault.Cause.valueOf(row.getString("cause")),
            Optional.ofNullable(row.getString("image")),
            time(row, "seen_at").orElseThrow(),
            row.getString("reason"));
    return new HostRepair(
        host,
        HostRepair.Phase.valueOf(row.getString("phase")),
        fault,
        FailureDomain.of(
            host, row.getString("pool"), Optional.ofNullable(row.getString("macos_build")), fault),
        time(row, "boot_before"),
        row.getInt("asks"),
        row.getInt("failures"),
        time(row, "since").orElseThrow(),
        time(row, "due").orElseThrow());
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  /**
   * Puts a plan on record with the cordons that it needs, if nothing has changed that it rests on.
   *
   * @return whether it is: else nothing was changed, and it must be planned anew
   */
  static boolean put(Handle handle, long expected, Plan plan, Instant now) {
    boolean may =
        mayReboot(handle, plan)
            && handle.execute(
                    "UPDATE jupiter_brain.hygiene_versions SET version = version + 1"
                        + " WHERE id = 1 AND version = ?",
                    expected)
                == 1;
    if (!may) {
      return false;
    }
    handle.execute("DELETE FROM jupiter_brain.hygiene_repairs");
    plan.next().repairs().values().forEach(repair -> insert(handle, repair));
    handle.execute("DELETE FROM jupiter_brain.hygiene_widths");
    plan.next()
        .widths()
        .forEach(
            (domain, width) ->
                handle.execute(
                    "INSERT INTO jupiter_brain.hygiene_widths (kind, name, width) VALUES (?, ?, ?)",
                    domain.kind().name(),
                    domain.name(),
                    width));
    cordon(handle, plan.next(), now);
    return true;
  }

  /** At this very moment: nothing on record is on the host, and our cordon keeps it so. */
  private static boolean mayReboot(Handle handle, Plan plan) {
    Map<String, Cordon> cordons = CordonRows.all(handle);
    return plan.actions().stream()
        .filter(HygieneAction.AskReboot.class::isInstance)
        .allMatch(
            ask ->
                isOurs(cordons.get(ask.host()))
                    && handle
                            .createQuery(
                                "SELECT count(*) FROM jupiter_brain.instances"
                                    + " WHERE host = :host AND phase <> 'GONE'")
                            .bind("host", ask.host())
                            .mapTo(Integer.class)
                            .one()
                        == 0);
  }

  private static boolean isOurs(@Nullable Cordon cordon) {
    return cordon != null && cordon.by().equals(Optional.of(Ledger.HYGIENE));
  }

  /** Hosts that are out for repair are cordoned, no others are by us; a person's cordon stays. */
  private static void cordon(Handle handle, State next, Instant now) {
    Map<String, Cordon> cordons = CordonRows.all(handle);
    cordons.forEach(
        (host, cordon) -> {
          if (isOurs(cordon) && !isOut(next.repairs().get(host))) {
            CordonRows.set(handle, host, Optional.empty());
          }
        });
    for (HostRepair repair : next.repairs().values()) {
      if (isOut(repair) && !cordons.containsKey(repair.host())) {
        CordonRows.set(
            handle,
            repair.host(),
            Optional.of(
                new Cordon(
                    Cordon.Kind.DRAINING,
                    repair.fault().reason(),
                    Optional.of(now),
                    Optional.of(Ledger.HYGIENE))));
      }
    }
  }

  private static boolean isOut(@Nullable HostRepair repair) {
    return repair != null && repair.phase().isOut();
  }

  private static void insert(Handle handle, HostRepair repair) {
    handle.execute(
        "INSERT INTO jupiter_brain.hygiene_repairs (host, phase, cause, reason, seen_at, pool,"
            + " image, macos_build, boot_before, asks, failures, since, due)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        repair.host(),
        repair.phase().name(),
        repair.fault().cause().name(),
        shortened(repair.fault().reason()),
        InstanceRows.at(repair.fault().at()),
        name(repair, FailureDomain.Kind.POOL).orElse(""),
        repair.fault().image().orElse(null),
        name(repair, FailureDomain.Kind.MACOS_BUILD).orElse(null),
        repair.bootBefore().map(InstanceRows::at).orElse(null),
        repair.asks(),
        repair.failures(),
        InstanceRows.at(repair.since()),
        InstanceRows.at(repair.due()));
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON);
  }

  private static Optional<String> name(HostRepair repair, FailureDomain.Kind kind) {
    return repair.domains().stream()
        .filter(domain -> domain.kind() == kind)
        .map(FailureDomain::name)
        .findFirst();
  }
}
