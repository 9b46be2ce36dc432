package io.macpool.brain.ledger;

import io.macpool.core.fleet.InstanceEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Rows of idempotency keys: what an owner got under each. */
final class KeyRows {

  private KeyRows() {}

  /** What owners got under these keys, unless it is being destroyed or gone. */
  static Map<Intent.Key, Intent.Given> byKeys(Handle handle, Set<Intent.Key> keys) {
    Map<Intent.Key, Intent.Given> found = new HashMap<>();
    if (keys.isEmpty()) {
      return found;
    }
    handle
        .createQuery(
            "SELECT k.owner AS key_owner, k.idempotency_key, k.request,"
                + InstanceRows.COLUMNS
                + "FROM jupiter_brain.idempotency_keys k"
                + " JOIN jupiter_brain.instances i ON i.id = k.instance_id"
                + " WHERE k.idempotency_key IN (<keys>) AND k.owner IN (<owners>)"
                + " AND i.phase NOT IN ('RECLAIMING', 'GONE')")
        .bindList("keys", keys.stream().map(Intent.Key::key).distinct().toList())
        .bindList("owners", keys.stream().map(Intent.Key::owner).distinct().toList())
        .map(
            (row, context) ->
                found.put(
                    new Intent.Key(row.getString("key_owner"), row.getString("idempotency_key")),
                    new Intent.Given(
                        InstanceRows.read(row, context),
                        Optional.ofNullable(row.getString("request")))))
        .list();
    found.keySet().retainAll(keys); // another owner's like key is another key
    return found;
  }

  /**
   * What these keys gave earlier, if anything, is not alive any more: their callers looked. If it
   * has only gone from sight, its owner has asked for another in its place: it is not to return.
   */
  static void remember(Handle handle, Map<Intent.Key, Intent.Given> given, Instant now) {
    if (given.isEmpty()) {
      return;
    }
    disownEarlier(handle, given.keySet(), now);
    PreparedBatch old =
        handle.prepareBatch(
            "DELETE FROM jupiter_brain.idempotency_keys"
                + " WHERE owner = :owner AND idempotency_key = :key");
    PreparedBatch fresh =
        handle.prepareBatch(
            "INSERT INTO jupiter_brain.idempotency_keys (owner, idempotency_key, instance_id,"
                + " request) VALUES (:owner, :key, :id, :request)");
    given.forEach(
        (key, what) -> {
          old.bind("owner", key.owner()).bind("key", key.key()).add();
          fresh
              .bind("owner", key.owner())
              .bind("key", key.key())
              .bind("id", what.instance().id())
              .bind("request", what.request().orElse(null))
              .add();
        });
    old.execute();
    fresh.execute();
  }

  private static void disownEarlier(Handle handle, Set<Intent.Key> keys, Instant now) {
    List<Transition> earlier = new ArrayList<>();
    handle
        .createQuery(
            "SELECT owner, idempotency_key, instance_id FROM jupiter_brain.idempotency_keys"
                + " WHERE idempotency_key IN (<keys>) AND owner IN (<owners>)")
        .bindList("keys", keys.stream().map(Intent.Key::key).distinct().toList())
        .bindList("owners", keys.stream().map(Intent.Key::owner).distinct().toList())
        .map(
            (row, context) ->
                keys.contains(
                        new Intent.Key(row.getString("owner"), row.getString("idempotency_key")))
                    && earlier.add(
                        Transition.of(
                            row.getString("instance_id"),
                            InstanceEvent.DISOWNED,
                            "its key gave another")))
        .list();
    if (!earlier.isEmpty()) {
      InstanceRows.advance(handle, earlier, now);
    }
  }
}
