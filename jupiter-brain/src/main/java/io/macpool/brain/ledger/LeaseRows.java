package io.macpool.brain.ledger;

import io.macpool.core.fleet.ReclaimPlanner;
import io.macpool.core.fleet.lease.Lease;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Statements on the tables of leases. */
final class LeaseRows {

  private LeaseRows() {}

  /**
   * Heard now, by the database's clock, whatever the lease says. Two may begin to renew one lease
   * at once: the later one finds the row.
   */
  static void renew(Handle handle, Lease lease) {
    if (renewed(handle, lease) == 0
        && handle.execute(
                "INSERT INTO jupiter_brain.leases (owner, id, renewed_at, duration_ms)"
                    + " VALUES (?, ?, CURRENT_TIMESTAMP, ?) ON CONFLICT DO NOTHING",
                lease.owner(),
                lease.id(),
                lease.duration().toMillis())
            == 0) {
      renewed(handle, lease);
    }
  }

  private static int renewed(Handle handle, Lease lease) {
    return handle.execute(
        "UPDATE jupiter_brain.leases SET renewed_at = CURRENT_TIMESTAMP, duration_ms = ?"
            + " WHERE owner = ? AND id = ?",
        lease.duration().toMillis(),
        lease.owner(),
        lease.id());
  }

  /** Puts an instance under a lease, or leaves it there. */
  static void put(Handle handle, String instance, String owner, String lease) {
    int inserted =
        handle.execute(
            "INSERT INTO jupiter_brain.leased (instance_id, owner, lease_id) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING",
            instance,
            owner,
            lease);
    if (inserted == 0) {
      handle.execute(
          "UPDATE jupiter_brain.leased SET owner = ?, lease_id = ? WHERE instance_id = ?",
          owner,
          lease,
          instance);
    }
  }

  static boolean isTaken(Handle handle, String owner, String lease) {
    return handle
        .createQuery("SELECT 1 FROM jupiter_brain.leases WHERE owner = :owner AND id = :lease")
        .bind("owner", owner)
        .bind("lease", lease)
        .mapTo(Integer.class)
        .findFirst()
        .isPresent();
  }

  static List<Lease> all(Handle handle) {
    return handle
        .createQuery("SELECT owner, id, renewed_at, duration_ms FROM jupiter_brain.leases")
        .map(
            (row, context) ->
                new Lease(
                    row.getString("owner"),
                    row.getString("id"),
                    row.getObject("renewed_at", OffsetDateTime.class).toInstant(),
                    Duration.ofMillis(row.getLong("duration_ms"))))
        .list();
  }

  /** What lives under a lease and is not yet to be destroyed. */
  static List<String> instances(Handle handle, String owner, String lease) {
    return handle
        .createQuery(
            "SELECT i.id FROM jupiter_brain.leased l"
                + " JOIN jupiter_brain.instances i ON i.id = l.instance_id"
                + " WHERE l.owner = :owner AND l.lease_id = :lease"
                + " AND i.phase NOT IN ('RECLAIMING', 'GONE') ORDER BY i.id")
        .bind("owner", owner)
        .bind("lease", lease)
        .mapTo(String.class)
        .list();
  }

  /** What lived under a lease until its record was closed, as its machine went from sight. */
  static List<String> vanished(Handle handle, String owner, String lease) {
    return handle
        .createQuery(
            "SELECT i.id FROM jupiter_brain.leased l"
                + " JOIN jupiter_brain.instances i ON i.id = l.instance_id"
                + " WHERE l.owner = :owner AND l.lease_id = :lease"
                + " AND i.phase = 'GONE' AND i.reason = :vanished ORDER BY i.id")
        .bind("owner", owner)
        .bind("lease", lease)
        .bind("vanished", ReclaimPlanner.VANISHED)
        .mapTo(String.class)
        .list();
  }

  static void remove(Handle handle, String owner, String lease) {
    handle.execute(
        "DELETE FROM jupiter_brain.leased WHERE owner = ? AND lease_id = ?", owner, lease);
    handle.execute("DELETE FROM jupiter_brain.leases WHERE owner = ? AND id = ?", owner, lease);
  }
}
