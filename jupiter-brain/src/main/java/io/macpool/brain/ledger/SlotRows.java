package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Statements on the table of slots; each runs inside a transaction of {@link Ledger}. */
final class SlotRows {

  private static final String TAKE =
      "UPDATE jupiter_brain.slots SET instance_id = :id WHERE host = :host"
          + " AND instance_id IS NULL AND number = (SELECT min(number) FROM jupiter_brain.slots"
          + " WHERE host = :host AND instance_id IS NULL)";

  private SlotRows() {}

  static SlotUse use(Handle handle) {
    Map<String, Integer> slots = new HashMap<>();
    Map<String, Integer> taken = new HashMap<>();
    handle
        .createQuery(
            "SELECT host, count(*) AS slots, count(instance_id) AS taken"
                + " FROM jupiter_brain.slots GROUP BY host")
        .map(
            (row, context) -> {
              slots.put(row.getString("host"), row.getInt("slots"));
              return taken.put(row.getString("host"), row.getInt("taken"));
            })
        .list();
    Map<String, Integer> operations = new HashMap<>();
    int[] creating = {0};
    handle
        .createQuery(
            "SELECT host, phase, count(*) AS instances FROM jupiter_brain.instances"
                + " WHERE phase IN ('REQUESTED', 'CLONED', 'RECLAIMING') GROUP BY host, phase")
        .map(
            (row, context) -> {
              int instances = row.getInt("instances");
              if (!row.getString("phase").equals("RECLAIMING")) {
                creating[0] += instances;
              }
              return row.getString("host") == null
                  ? null
                  : operations.merge(row.getString("host"), instances, Integer::sum);
            })
        .list();
    return new SlotUse(slots, taken, operations, creating[0]);
  }

  /**
   * Takes one on each instance's host.
   *
   * @throws IllegalStateException if a host has no free slot, which its chooser was shown
   */
  static void take(Handle handle, List<Instance> instances) {
    if (instances.isEmpty()) {
      return;
    }
    PreparedBatch batch = handle.prepareBatch(TAKE);
    for (Instance instance : instances) {
      batch.bind("host", instance.host().orElseThrow()).bind("id", instance.id()).add();
    }
    int[] taken = batch.execute();
    for (int i = 0; i < taken.length; i++) {
      if (taken[i] != 1) {
        throw new IllegalStateException("no free slot for " + instances.get(i));
      }
    }
  }

  static boolean tryTake(Handle handle, String host, String instance) {
    return handle.createUpdate(TAKE).bind("host", host).bind("id", instance).execute() == 1;
  }

  static void free(Handle handle, List<String> instances) {
    if (!instances.isEmpty()) {
      handle
          .createUpdate(
              "UPDATE jupiter_brain.slots SET instance_id = NULL WHERE instance_id IN (<ids>)")
          .bindList("ids", instances)
          .execute();
    }
  }

  /** A slot that is held stays, also beyond the number or on a host that has gone from sight. */
  static void sync(Handle handle, Set<String> hosts, int slotsPerHost) {
    Map<String, Set<Integer>> present = new HashMap<>();
    handle
        .createQuery("SELECT host, number FROM jupiter_brain.slots")
        .map(
            (row, context) ->
                present
                    .computeIfAbsent(row.getString("host"), h -> new HashSet<>())
                    .add(row.getInt("number")))
        .list();
    for (String host : hosts) {
      for (int number = 0; number < slotsPerHost; number++) {
        if (!present.getOrDefault(host, Set.of()).contains(number)) {
          handle.execute(
              "INSERT INTO jupiter_brain.slots (host, number) VALUES (?, ?)", host, number);
        }
      }
    }
    present.forEach(
        (host, numbers) ->
            numbers.stream()
                .filter(number -> !hosts.contains(host) || number >= slotsPerHost)
                .forEach(
                    number ->
                        handle.execute(
                            "DELETE FROM jupiter_brain.slots"
                                + " WHERE host = ? AND number = ? AND instance_id IS NULL",
                            host,
                            number)));
  }
}
