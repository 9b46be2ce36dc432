package io.macpool.brain.ledger;

import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Origin;
import io.macpool.core.fleet.Ownership;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables of instances, transitions and idempotency keys. What takes several takes
 * them in as few round trips as one.
 */
final class InstanceRows {

  private static final int LONGEST_REASON = 2_000;

  // By name: a replica of the next version may add columns while this one runs.
  static final String COLUMNS =
      " i.id, i.created_at, i.phase, i.image, i.owner, i.warm, i.host, i.cpus, i.ram_mb, i.broker,"
          + " i.confirmed, i.healthy, i.version, i.ref, i.changed_at, i.reason, i.vm_uuid,"
          + " i.image_ref, i.image_snapshot ";
  private static final String ALL = "SELECT" + COLUMNS + "FROM jupiter_brain.instances i ";

  /** How {@link Ownership#UNKNOWN} is written: replicas of the first version take NULL for warm. */
  private static final String NOBODY_KNOWS = "unknown";

  /** The phases of what is not gone; spelt out, so that an index of those alone serves. */
  static final String LIVE = "('REQUESTED', 'CLONED', 'READY', 'RECLAIMING')";

  private InstanceRows() {}

  /** As both databases keep it: in UTC, to the microsecond. */
  static OffsetDateTime at(Instant instant) {
    return precise(instant).atOffset(ZoneOffset.UTC);
  }

  static Instant precise(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }

  static void insert(Handle handle, List<Instance> instances) {
    if (instances.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO jupiter_brain.instances (id, created_at, phase, image, owner, warm, host,"
                + " cpus, ram_mb, broker, confirmed, healthy, version, ref, changed_at, reason,"
                + " vm_uuid, image_ref, image_snapshot) VALUES (:id, :created, :phase, :image,"
                + " :owner, :warm, :host, :cpus, :ram, :broker, :confirmed, :healthy, :version,"
                + " :ref, :changed, :reason, :uuid, :imageRef, :snapshot)");
    for (Instance instance : instances) {
      batch
          .bind("id", instance.id())
          .bind("created", at(instance.createdAt()))
          .bind("phase", instance.phase().name())
          .bind("image", instance.image().orElse(null))
          .bind("owner", owner(instance.ownership()))
          .bind("warm", instance.ownership().isWarm())
          .bind("host", instance.host().orElse(null))
          .bind("cpus", instance.size().cpus())
          .bind("ram", instance.size().ramMb())
          .bind("broker", instance.broker())
          .bind("confirmed", instance.confirmed())
          .bind("healthy", instance.health() == Health.PROVEN)
          .bind("version", instance.version())
          .bind("ref", instance.ref().orElse(null))
          .bind("changed", at(instance.changedAt()))
          .bind("reason", shortened(instance.reason()))
          .bind("uuid", instance.uuid().orElse(null))
          .bind("imageRef", instance.origin().map(Origin::image).orElse(null))
          .bind("snapshot", instance.origin().flatMap(Origin::version).orElse(null))
          .add();
    }
    batch.execute();
    record(handle, instances);
  }

  /** Notes what the VMs of these are known by now; no step of theirs. */
  static void identify(Handle handle, Collection<Instance> instances) {
    if (instances.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "UPDATE jupiter_brain.instances SET ref = :ref, vm_uuid = :uuid"
                + " WHERE id = :id AND phase <> 'GONE'");
    for (Instance instance : instances) {
      batch
          .bind("ref", instance.ref().orElse(null))
          .bind("uuid", instance.uuid().orElse(null))
          .bind("id", instance.id())
          .add();
    }
    batch.execute();
  }

  /** Closed records of these ids. */
  static List<Instance> closed(Handle handle, Collection<String> ids) {
    return ids.isEmpty()
        ? List.of()
        : handle
            .createQuery(ALL + "WHERE phase = 'GONE' AND id IN (<ids>)")
            .bindList("ids", ids)
            .map(InstanceRows::read)
            .list();
  }

  /** What came of each, in their order: those that could not happen change nothing. */
  static List<Transition.Outcome> advance(
      Handle handle, Collection<Transition> transitions, Instant now) {
    Map<String, Instance> before = lock(handle, transitions.stream().map(Transition::id).toList());
    List<Instance> changed = new ArrayList<>();
    List<Instance> moved = new ArrayList<>();
    List<Transition.Outcome> outcomes = new ArrayList<>();
    for (Transition transition : transitions) {
      Optional<Instance> was = Optional.ofNullable(before.get(transition.id()));
      Optional<Instance> is = was.flatMap(instance -> after(transition, instance, precise(now)));
      is.ifPresent(changed::add);
      is.filter(instance -> instance.phase() != was.get().phase()).ifPresent(moved::add);
      outcomes.add(new Transition.Outcome(is.isPresent(), is.or(() -> was)));
    }
    update(handle, changed);
    record(handle, moved);
    return outcomes;
  }

  /** What becomes of it; empty if that can't happen to it. */
  static Optional<Instance> after(Transition transition, Instance before, Instant now) {
    return transition
        .event()
        .next(before, transition.seen())
        .map(
            next ->
                switch (transition.event()) {
                  case CONFIRMED -> before.known();
                  case ANSWERED -> before.proven();
                  default -> before.in(next, shortened(transition.reason()), transition.ref(), now);
                });
  }

  /** Writes what this transaction has locked; each must be as it was read, one version before. */
  static void update(Handle handle, List<Instance> instances) {
    if (instances.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "UPDATE jupiter_brain.instances SET phase = :phase, reason = :reason,"
                + " changed_at = :changed, ref = :ref, destroyed_at = :gone, owner = :owner,"
                + " warm = :warm, host = :host, broker = :broker, confirmed = :confirmed,"
                + " healthy = :healthy, created_at = :created, version = version + 1"
                + " WHERE id = :id AND version = :was");
    for (Instance instance : instances) {
      batch
          .bind("phase", instance.phase().name())
          .bind("reason", shortened(instance.reason()))
          .bind("changed", at(instance.changedAt()))
          .bind("ref", instance.ref().orElse(null))
          .bind("owner", owner(instance.ownership()))
          .bind("warm", instance.ownership().isWarm())
          .bind("host", instance.host().orElse(null))
          .bind("broker", instance.broker())
          .bind("confirmed", instance.confirmed())
          .bind("healthy", instance.health() == Health.PROVEN)
          .bind("created", at(instance.createdAt()))
          .bind("id", instance.id())
          .bind("was", instance.version() - 1);
      // By its type, as the first row of a batch decides how all are bound.
      batch
          .bindByType(
              "gone",
              instance.phase() == InstancePhase.GONE ? at(instance.changedAt()) : null,
              OffsetDateTime.class)
          .add();
    }
    if (Arrays.stream(batch.execute()).anyMatch(updated -> updated != 1)) {
      throw new IllegalStateException("an instance changed that this transaction had locked");
    }
  }

  /** Those of these that there are, which nobody else changes before the transaction ends. */
  static Map<String, Instance> lock(Handle handle, Collection<String> ids) {
    // Always in the same order, so that two brokers never wait for each other.
    return handle
        .createQuery(ALL + "WHERE i.id IN (<ids>) ORDER BY i.id FOR UPDATE")
        .bindList("ids", ids)
        .map(InstanceRows::read)
        .collect(Collectors.toMap(Instance::id, Function.identity()));
  }

  /**
   * Those of these that still wait warm, the longest waiting first, locked. One that somebody has
   * locked is left out and not waited for: whatever is done to it, it may not wait any more.
   */
  static List<Instance> lockWaiting(Handle handle, List<String> ids) {
    return ids.isEmpty()
        ? new ArrayList<>()
        : new ArrayList<>(
            handle
                .createQuery(
                    ALL
                        + "WHERE i.id IN (<ids>) AND i.phase = 'READY' AND i.owner IS NULL"
                        + " AND i.warm AND i.healthy ORDER BY i.changed_at, i.id"
                        + " FOR UPDATE SKIP LOCKED")
                .bindList("ids", ids)
                .map(InstanceRows::read)
                .list());
  }

  /** These, after those whose owners could be told of them are noted as told. */
  static Map<String, Instance> confirm(Handle handle, List<String> ids, Instant now) {
    return advance(
            handle,
            ids.stream()
                .map(id -> Transition.of(id, InstanceEvent.CONFIRMED, "asked for again"))
                .toList(),
            now)
        .stream()
        .flatMap(outcome -> outcome.now().stream())
        .collect(Collectors.toMap(Instance::id, Function.identity()));
  }

  static Optional<Instance> find(Handle handle, String id) {
    return handle
        .createQuery(ALL + "WHERE i.id = :id")
        .bind("id", id)
        .map(InstanceRows::read)
        .findOne();
  }

  static List<Instance> live(Handle handle) {
    return handle
        .createQuery(ALL + "WHERE i.phase IN " + LIVE + " ORDER BY i.id")
        .map(InstanceRows::read)
        .list();
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

  /** Each instance's phase and reason, into its history. */
  static void record(Handle handle, List<Instance> instances) {
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

  static String shortened(String reason) {
    return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON);
  }

  static Instance read(ResultSet row, StatementContext context) throws SQLException {
    return new Instance(
        row.getString("id"),
        InstancePhase.valueOf(row.getString("phase")),
        Optional.ofNullable(row.getString("image")),
        ownership(row.getString("owner"), row.getBoolean("warm")),
        Optional.ofNullable(row.getString("host")),
        new Instance.Size(row.getInt("cpus"), row.getLong("ram_mb")),
        row.getString("broker"),
        row.getBoolean("confirmed"),
        row.getBoolean("healthy") ? Health.PROVEN : Health.UNPROVEN,
        row.getLong("version"),
        Optional.ofNullable(row.getString("ref")),
        instant(row, "created_at"),
        instant(row, "changed_at"),
        row.getString("reason"),
        Optional.ofNullable(row.getString("vm_uuid")),
        origin(row));
  }

  private static Optional<Origin> origin(ResultSet row) throws SQLException {
    String image = row.getString("image_ref");
    return image == null
        ? Optional.empty()
        : Optional.of(new Origin(image, Optional.ofNullable(row.getString("image_snapshot"))));
  }

  private static @Nullable String owner(Ownership ownership) {
    return ownership.isWarm() ? null : ownership.owner().orElse(NOBODY_KNOWS);
  }

  /** An owner counts before the mark: a replica of the first version hands over without it. */
  static Ownership ownership(String owner, boolean warm) {
    if (owner == null) {
      return warm ? Ownership.WARM : Ownership.UNKNOWN;
    }
    return owner.equals(NOBODY_KNOWS) ? Ownership.UNKNOWN : Ownership.of(owner);
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
