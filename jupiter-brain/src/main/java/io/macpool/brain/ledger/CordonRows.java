package io.macpool.brain.ledger;

import io.macpool.core.fleet.Cordon;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Statements on the table of cordons. */
final class CordonRows {

  private CordonRows() {}

  static Map<String, Cordon> all(Handle handle) {
    Map<String, Cordon> cordons = new HashMap<>();
    handle
        .createQuery("SELECT host, kind, reason FROM jupiter_brain.cordons")
        .map(
            (row, context) ->
                cordons.put(
                    row.getString("host"),
                    new Cordon(
                        Cordon.Kind.valueOf(row.getString("kind")), row.getString("reason"))))
        .list();
    return cordons;
  }

  static void set(Handle handle, String host, Optional<Cordon> cordon) {
    handle.execute("DELETE FROM jupiter_brain.cordons WHERE host = ?", host);
    cordon.ifPresent(
        c ->
            handle.execute(
                "INSERT INTO jupiter_brain.cordons (host, kind, reason) VALUES (?, ?, ?)",
                host,
                c.kind().name(),
                c.reason()));
  }
}
