package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Statements on the tables of instances, transitions and idempotency keys. */
final class InstanceRows {

  private static final int LONGEST_REASON = 2_000;
  private static final String ALL = "SELECT * FROM jupiter_brain.instances ";

  private InstanceRows() {}

  /** As both databases keep it: in UTC, to the microsecond. */
  static OffsetDateTime at(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }

  static Instance on(String host, Instance instance) {
    return new Instance(
        instance.id(),
        instance.phase(),
        instance.image(),
        instance.owner(),
        Optional.of(host),
        instance.size(),
        instance.broker(),
        instance.confirmed(),
        instance.ref(),
        instance.createdAt(),
        instance.changedAt(),
        instance.reason());
  }

  static Instance withoutHost(Instance instance) {
    return new Instance(
        instance.id(),
        instance.phase(),
        instance.image(),
        instance.owner(),
        Optional.empty(),
        instance.size(),
        instance.broker(),
        instance.confirmed(),
        instance.ref(),
        instance.createdAt(),
        instance.changedAt(),
        instance.reason());
  }

  static void insert(Handle handle, Instance instance) {
    handle
        .createUpdate(
            "INSERT INTO jupiter_brain.instances (id, created_at, phase, image, owner, host, cpus,"
                + " ram_mb, broker, confirmed, ref, changed_at, reason) VALUES (:id, :created,"
                + " :phase, :image, :owner, :host, :cpus, :ram, :broker, :confirmed, :ref,"
                + " :changed, :reason)")
        .bind("id", instance.id())
        .bind("created", at(instance.createdAt()))
        .bind("phase", instance.phase().name())
        .bind("image", instance.image().orElse(null))
        .bind("owner", instance.owner().orElse(null))
        .bind("host", instance.host().orElse(null))
        .bind("cpus", instance.size().cpus())
        .bind("ram", instance.size().ramMb())
        .bind("broker", instance.broker())
        .bind("confirmed", instance.confirmed())
        .bind("ref", instance.ref().orElse(null))
        .bind("changed", at(instance.changedAt()))
        .bind("reason", shortened(instance.reason()))
        .execute();
    record(handle, instance.id(), instance.phase(), instance.reason(), instance.changedAt());
  }

  static boolean advance(
      Handle handle,
      String id,
      InstancePhase to,
      String reason,
      Optional<String> ref,
      Instant now) {
    List<String> earlier = new ArrayList<>();
    for (InstancePhase phase : InstancePhase.values()) {
      if (phase.mayBecome(to)) {
        earlier.add(phase.name());
      }
    }
    int moved =
        handle
            .createUpdate(
                "UPDATE jupiter_brain.instances SET phase = :to, reason = :reason,"
                    + " changed_at = :now, ref = coalesce(:ref, ref)"
                    + (to == InstancePhase.GONE ? ", destroyed_at = :now" : "")
                    + " WHERE id = :id AND phase IN (<earlier>)")
            .bind("to", to.name())
            .bind("reason", shortened(reason))
            .bind("now", at(now))
            .bind("ref", ref.orElse(null))
            .bind("id", id)
            .bindList("earlier", earlier)
            .execute();
    if (moved == 1) {
      record(handle, id, to, reason, now);
    }
    return moved == 1;
  }

  static boolean claim(Handle handle, String id, String owner, String broker, Instant now) {
    int claimed =
        handle.execute(
            "UPDATE jupiter_brain.instances SET owner = ?, broker = ?, confirmed = FALSE,"
                + " changed_at = ?, created_at = ?, reason = 'handed over warm'"
                + " WHERE id = ? AND phase = 'READY' AND owner IS NULL AND confirmed",
            owner,
            broker,
            at(now),
            at(now),
            id);
    if (claimed == 1) {
      record(handle, id, InstancePhase.READY, "handed over warm to " + owner, now);
    }
    return claimed == 1;
  }

  static int confirm(Handle handle, String id) {
    return handle.execute(
        "UPDATE jupiter_brain.instances SET confirmed = TRUE WHERE id = ? AND NOT confirmed", id);
  }

  static Optional<Instance> find(Handle handle, String id) {
    return handle
        .createQuery(ALL + "WHERE id = :id")
        .bind("id", id)
        .map(InstanceRows::read)
        .findOne();
  }

  static List<Instance> live(Handle handle) {
    return handle
        .createQuery(ALL + "WHERE phase <> 'GONE' ORDER BY id")
        .map(InstanceRows::read)
        .list();
  }

  static Optional<Instance> byKey(Handle handle, String owner, String key) {
    return handle
        .createQuery(
            ALL
                + "WHERE id = (SELECT instance_id FROM jupiter_brain.idempotency_keys"
                + " WHERE owner = :owner AND idempotency_key = :key)")
        .bind("owner", owner)
        .bind("key", key)
        .map(InstanceRows::read)
        .findOne();
  }

  /** The key's earlier instance, if any, is not alive any more: its caller has looked. */
  static void remember(Handle handle, Instance instance, String key) {
    String owner = instance.owner().orElse("");
    handle.execute(
        "DELETE FROM jupiter_brain.idempotency_keys WHERE owner = ? AND idempotency_key = ?",
        owner,
        key);
    handle.execute(
        "INSERT INTO jupiter_brain.idempotency_keys (owner, idempotency_key, instance_id)"
            + " VALUES (?, ?, ?)",
        owner,
        key,
        instance.id());
  }

  static List<String> history(Handle handle, String id) {
    return handle
        .createQuery(
            "SELECT at, phase, reason FROM jupiter_brain.transitions"
                + " WHERE instance_id = :id ORDER BY at")
        .bind("id", id)
        .map(
            (row, context) ->
                instant(row, "at") + " " + row.getString("phase") + ": " + row.getString("reason"))
        .list();
  }

  static int purge(Handle handle, Instant then) {
    String old =
        "(SELECT id FROM jupiter_brain.instances WHERE phase = 'GONE' AND destroyed_at < ?)";
    handle.execute("DELETE FROM jupiter_brain.transitions WHERE instance_id IN " + old, at(then));
    handle.execute(
        "DELETE FROM jupiter_brain.idempotency_keys WHERE instance_id IN " + old, at(then));
    handle.execute("DELETE FROM jupiter_brain.brokers WHERE seen_at < ?", at(then));
    return handle.execute(
        "DELETE FROM jupiter_brain.instances WHERE phase = 'GONE' AND destroyed_at < ?", at(then));
  }

  private static void record(
      Handle handle, String id, InstancePhase phase, String reason, Instant now) {
    handle.execute(
        "INSERT INTO jupiter_brain.transitions (instance_id, at, phase, reason)"
            + " VALUES (?, ?, ?, ?)",
        id,
        at(now),
        phase.name(),
        shortened(reason));
  }

  private static String shortened(String reason) {
    return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON);
  }

  private static Instance read(ResultSet row, StatementContext context) throws SQLException {
    return new Instance(
        row.getString("id"),
        InstancePhase.valueOf(row.getString("phase")),
        Optional.ofNullable(row.getString("image")),
        Optional.ofNullable(row.getString("owner")),
        Optional.ofNullable(row.getString("host")),
        new Instance.Size(row.getInt("cpus"), row.getLong("ram_mb")),
        row.getString("broker"),
        row.getBoolean("confirmed"),
        Optional.ofNullable(row.getString("ref")),
        instant(row, "created_at"),
        instant(row, "changed_at"),
        row.getString("reason"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
