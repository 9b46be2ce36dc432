package io.macpool.brain.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Statements that remove what is long gone. Each touches a bounded number of rows, by an index: a
 * history of millions must not hold up what lives.
 */
final class HistoryRows {

  /** Instances removed in one transaction. */
  static final int BATCH = 1_000;

  private HistoryRows() {}

  /** How many were removed here, not by another who purges: those gone for longest first. */
  static int purge(Handle handle, Instant then, int most, Set<String> keep) {
    List<String> ids =
        handle
            .createQuery(
                "SELECT id FROM jupiter_brain.instances WHERE phase = 'GONE'"
                    + " AND destroyed_at < :then AND id NOT IN (<keep>)"
                    + " ORDER BY destroyed_at LIMIT :most")
            .bind("then", InstanceRows.at(then))
            .bind("most", most)
            .bindList("keep", keep.isEmpty() ? Set.of("") : keep)
            .mapTo(String.class)
            .list();
    if (ids.isEmpty()) {
      return 0;
    }
    for (String table : List.of("transitions", "idempotency_keys", "leased")) {
      handle
          .createUpdate("DELETE FROM jupiter_brain." + table + " WHERE instance_id IN (<ids>)")
          .bindList("ids", ids)
          .execute();
    }
    // GONE is for good, but a person may have meddled: what is not gone any more stays.
    return handle
        .createUpdate("DELETE FROM jupiter_brain.instances WHERE id IN (<ids>) AND phase = 'GONE'")
        .bindList("ids", ids)
        .execute();
  }

  static void purgeSilent(Handle handle, Instant then) {
    handle.execute("DELETE FROM jupiter_brain.brokers WHERE seen_at < ?", InstanceRows.at(then));
    handle.execute("DELETE FROM jupiter_brain.leases WHERE renewed_at < ?", InstanceRows.at(then));
  }
}
