package io.macpool.brain.ledger;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Statements on the table of slots; each runs inside a transaction of {@link Ledger}. */
final class SlotRows {

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
   * @throws IllegalStateException if the host has no free slot, which its chooser was shown
   */
  static void take(Handle handle, String host, String instance) {
    if (!tryTake(handle, host, instance)) {
      throw new IllegalStateException("no free slot on " + host + " for " + instance);
    }
  }

  static boolean tryTake(Handle handle, String host, String instance) {
    return handle.execute(
            "UPDATE jupiter_brain.slots SET instance_id = ? WHERE host = ? AND instance_id IS NULL"
                + " AND number = (SELECT min(number) FROM jupiter_brain.slots"
                + " WHERE host = ? AND instance_id IS NULL)",
            instance,
            host,
            host)
        == 1;
  }

  static void free(Handle handle, String instance) {
    handle.execute(
        "UPDATE jupiter_brain.slots SET instance_id = NULL WHERE instance_id = ?", instance);
  }

  /** A slot that is held stays, also beyond the number or on a host that has gone from sight. */
  static void sync(Handle handle, Set<String> hosts, int slotsPerHost) {
    Map<String, Set<Integer>> present = new HashMap<>();
    handle
        .createQuery("SELECT host, number FROM jupiter_brain.slots")
        .map(
            (row, context) ->
                present
                    .computeIfAbsent(row.getString("host"), h -> new java.util.HashSet<>())
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
