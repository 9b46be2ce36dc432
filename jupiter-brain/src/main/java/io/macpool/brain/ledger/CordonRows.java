package io.macpool.brain.ledger;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import java.time.OffsetDateTime;
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
        .createQuery("SELECT host, kind, reason, since, set_by FROM jupiter_brain.cordons")
        .map(
            (row, context) ->
                cordons.put(
                    row.getString("host"),
                    new Cordon(
                        Cordon.Kind.valueOf(row.getString("kind")),
                        row.getString("reason"),
                        Optional.ofNullable(row.getObject("since", OffsetDateTime.class))
                            .map(OffsetDateTime::toInstant),
                        Optional.ofNullable(row.getString("set_by")))))
        .list();
    return cordons;
  }

  /** What is cordoned, by the host's id as it was then: its hardware and its name, if noted. */
  static Map<String, Host.Body> bodies(Handle handle) {
    Map<String, Host.Body> bodies = new HashMap<>();
    handle
        .createQuery("SELECT host, hardware, host_name FROM jupiter_brain.cordons")
        .map(
            (row, context) ->
                bodies.put(
                    row.getString("host"),
                    new Host.Body(
                        Optional.ofNullable(row.getString("hardware")),
                        Optional.ofNullable(row.getString("host_name")).orElse(""))))
        .list();
    return bodies;
  }

  /** The cordon of a host holds for what is its id, hardware and name now. */
  static void follow(Handle handle, String before, Host host) {
    if (!before.equals(host.id())) {
      handle.execute("DELETE FROM jupiter_brain.cordons WHERE host = ?", host.id());
    }
    handle.execute(
        "UPDATE jupiter_brain.cordons SET host = ?, hardware = ?, host_name = ? WHERE host = ?",
        host.id(),
        host.body().hardware().orElse(null),
        host.body().name(),
        before);
  }

  static void set(Handle handle, String host, Optional<Cordon> cordon) {
    handle.execute("DELETE FROM jupiter_brain.cordons WHERE host = ?", host);
    cordon.ifPresent(
        c ->
            handle.execute(
                "INSERT INTO jupiter_brain.cordons (host, kind, reason, since, set_by)"
                    + " VALUES (?, ?, ?, ?, ?)",
                host,
                c.kind().name(),
                c.reason(),
                c.since().map(InstanceRows::at).orElse(null),
                c.by().orElse(null)));
  }
}
