package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Statements on the tables of instances, transitions and idempotency keys. What takes several takes
 * them in as few round trips as one.
 */
final class InstanceRows {

  private static final int LONGEST_REASON = 2_000;
  private static final String ALL = "SELECT * FROM jupiter_brain.instances ";

  private InstanceRows() {}

  /** As both databases keep it: in UTC, to the microsecond. */
  static OffsetDateTime at(Instant instant) {
    return precise(instant).atOffset(ZoneOffset.UTC);
  }

  private static Instant precise(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }

  static void insert(Handle handle, List<Instance> instances) {
    if (instances.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO jupiter_brain.instances (id, created_at, phase, image, owner, host, cpus,"
                + " ram_mb, broker, confirmed, ref, changed_at, reason) VALUES (:id, :created,"
                + " :phase, :image, :owner, :host, :cpus, :ram, :broker, :confirmed, :ref,"
                + " :changed, :reason)");
    for (Instance instance : instances) {
      batch
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
          .add();
    }
    batch.execute();
    record(handle, instances);
  }

  /** Takes those steps that lead on; the instances that moved, as they are then. */
  static List<Instance> advance(Handle handle, Collection<Transition> transitions, Instant now) {
    Map<String, Instance> before = lock(handle, transitions.stream().map(Transition::id).toList());
    List<Instance> moved = new ArrayList<>();
    for (Transition step : transitions) {
      Instance instance = before.get(step.id());
      if (instance != null && instance.phase().mayBecome(step.to())) {
        moved.add(instance.in(step.to(), shortened(step.reason()), step.ref(), precise(now)));
      }
    }
    if (moved.isEmpty()) {
      return moved;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "UPDATE jupiter_brain.instances SET phase = :to, reason = :reason,"
                + " changed_at = :now, ref = :ref, destroyed_at = :gone WHERE id = :id");
    for (Instance instance : moved) {
      batch
          .bind("to", instance.phase().name())
          .bind("reason", instance.reason())
          .bind("now", at(now))
          .bind("ref", instance.ref().orElse(null))
          .bind("id", instance.id());
      if (instance.phase() == InstancePhase.GONE) {
        batch.bind("gone", at(now));
      } else {
        batch.bindNull("gone", Types.TIMESTAMP_WITH_TIMEZONE);
      }
      batch.add();
    }
    batch.execute();
    record(handle, moved);
    return moved;
  }

  /** Those of these that there are, which nobody else changes before the transaction ends. */
  private static Map<String, Instance> lock(Handle handle, Collection<String> ids) {
    // Always in the same order, so that two brokers never wait for each other.
    return handle
        .createQuery(ALL + "WHERE id IN (<ids>) ORDER BY id FOR UPDATE")
        .bindList("ids", ids)
        .map(InstanceRows::read)
        .collect(Collectors.toMap(Instance::id, Function.identity()));
  }

  /** Gives a warm one that is ready to an owner; empty if it is none, or not any more. */
  static Optional<Instance> claim(
      Handle handle, String id, String owner, String broker, Instant now) {
    int claimed =
        handle.execute(
            "UPDATE jupiter_brain.instances SET owner = ?, broker = ?, confirmed = FALSE,"
                + " changed_at = ?, created_at = ?, reason = ?"
                + " WHERE id = ? AND phase = 'READY' AND owner IS NULL AND confirmed",
            owner,
            broker,
            at(now),
            at(now),
            shortened("handed over warm to " + owner),
            id);
    if (claimed == 0) {
      return Optional.empty();
    }
    Optional<Instance> instance = find(handle, id);
    instance.ifPresent(i -> record(handle, List.of(i)));
    return instance;
  }

  /** Their owners know of them; those that there are, as they are then. */
  static List<Instance> confirm(Handle handle, Collection<String> ids) {
    List<Instance> known = lock(handle, ids).values().stream().map(Instance::known).toList();
    if (!known.isEmpty()) {
      handle
          .createUpdate("UPDATE jupiter_brain.instances SET confirmed = TRUE WHERE id IN (<ids>)")
          .bindList("ids", known.stream().map(Instance::id).toList())
          .execute();
    }
    return known;
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

  /** What owners got under these keys, unless it is being destroyed or gone. */
  static Map<Intent.Key, Instance> byKeys(Handle handle, Set<Intent.Key> keys) {
    Map<Intent.Key, Instance> found = new HashMap<>();
    if (keys.isEmpty()) {
      return found;
    }
    handle
        .createQuery(
            "SELECT k.owner AS key_owner, k.idempotency_key, i.*"
                + " FROM jupiter_brain.idempotency_keys k"
                + " JOIN jupiter_brain.instances i ON i.id = k.instance_id"
                + " WHERE k.idempotency_key IN (<keys>)"
                + " AND i.phase NOT IN ('RECLAIMING', 'GONE')")
        .bindList("keys", keys.stream().map(Intent.Key::key).distinct().toList())
        .map(
            (row, context) ->
                found.put(
                    new Intent.Key(row.getString("key_owner"), row.getString("idempotency_key")),
                    read(row, context)))
        .list();
    found.keySet().retainAll(keys); // another owner's like key is another key
    return found;
  }

  /** What these keys gave earlier, if anything, is not alive any more: their callers looked. */
  static void remember(Handle handle, Map<Intent.Key, Instance> given) {
    if (given.isEmpty()) {
      return;
    }
    PreparedBatch old =
        handle.prepareBatch(
            "DELETE FROM jupiter_brain.idempotency_keys"
                + " WHERE owner = :owner AND idempotency_key = :key");
    PreparedBatch fresh =
        handle.prepareBatch(
            "INSERT INTO jupiter_brain.idempotency_keys (owner, idempotency_key, instance_id)"
                + " VALUES (:owner, :key, :id)");
    given.forEach(
        (key, instance) -> {
          old.bind("owner", key.owner()).bind("key", key.key()).add();
          fresh.bind("owner", key.owner()).bind("key", key.key()).bind("id", instance.id()).add();
        });
    old.execute();
    fresh.execute();
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
    int purged =
        handle.execute(
            "DELETE FROM jupiter_brain.instances WHERE phase = 'GONE' AND destroyed_at < ?",
            at(then));
    LeaseRows.purge(handle, then);
    return purged;
  }

  /** Each instance's phase and reason, into its history. */
  private static void record(Handle handle, List<Instance> instances) {
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO jupiter_brain.transitions (instance_id, at, phase, reason)"
                + " VALUES (:id, :at, :phase, :reason)");
    for (Instance instance : instances) {
      batch
          .bind("id", instance.id())
          .bind("at", at(instance.changedAt()))
          .bind("phase", instance.phase().name())
          .bind("reason", shortened(instance.reason()))
          .add();
    }
    batch.execute();
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
