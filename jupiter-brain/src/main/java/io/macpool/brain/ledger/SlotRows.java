package io.macpool.brain.ledger;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Ownership;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Statements on the table of slots; each runs inside a transaction of {@link Ledger}. */
final class SlotRows {

  // By its key alone: asked for what IS NULL too, H2 would go through all free slots for each.
  private static final String TAKE =
      "UPDATE jupiter_brain.slots SET instance_id = :id"
          + " WHERE host = :host AND number = :number AND coalesce(instance_id, '') = ''";

  /**
   * The slots as they were read: how many each host has, which are free, lowest first, and who
   * holds the others.
   */
  record Slots(Map<String, Integer> all, Map<String, Deque<Integer>> free, Set<String> holders) {}

  private SlotRows() {}

  static Slots read(Handle handle) {
    Slots slots = new Slots(new HashMap<>(), new HashMap<>(), new HashSet<>());
    handle
        .createQuery("SELECT host, number, instance_id FROM jupiter_brain.slots ORDER BY number")
        .map(
            (row, context) -> {
              String host = row.getString("host");
              slots.all().merge(host, 1, Integer::sum);
              String holder = row.getString("instance_id");
              if (holder == null) {
                slots
                    .free()
                    .computeIfAbsent(host, h -> new ArrayDeque<>())
                    .add(row.getInt("number"));
              } else {
                slots.holders().add(holder);
              }
              return host;
            })
        .list();
    return slots;
  }

  /** What is held at this moment. */
  static SlotUse use(Slots slots, List<Live> live, Map<String, Cordon> cordons) {
    Map<String, Integer> taken = new HashMap<>();
    slots
        .all()
        .forEach(
            (host, all) -> {
              Deque<Integer> free = slots.free().get(host);
              taken.put(host, free == null ? all : all - free.size());
            });
    Map<String, Integer> operations = new HashMap<>();
    Map<String, String> hosts = new HashMap<>();
    int creating = 0;
    for (Live one : live) {
      if (one.phase().isBeingMade()) {
        creating++;
      }
      if (one.host() == null) {
        continue;
      }
      hosts.put(one.id(), one.host());
      if (one.phase() != InstancePhase.READY) {
        operations.merge(one.host(), 1, Integer::sum);
      }
      if (!slots.holders().contains(one.id())) {
        taken.merge(one.host(), 1, Integer::sum); // it came from elsewhere, and takes up room
      }
    }
    return new SlotUse(slots.all(), taken, operations, creating, hosts, cordons);
  }

  /**
   * As much of an instance as a reservation must know.
   *
   * @param host null if that is not known
   * @param image empty if that is not known
   */
  record Live(
      String id,
      String host,
      InstancePhase phase,
      String image,
      Ownership ownership,
      Health health) {

    boolean isEnding() {
      return phase == InstancePhase.RECLAIMING;
    }

    boolean isWaiting() {
      return ownership.isWarm() && phase == InstancePhase.READY && health == Health.PROVEN;
    }
  }

  static List<Live> live(Handle handle) {
    return handle
        .createQuery(
            "SELECT id, host, phase, image, owner, warm, healthy FROM jupiter_brain.instances"
                + " WHERE phase IN "
                + InstanceRows.LIVE)
        .map(
            (row, context) ->
                new Live(
                    row.getString("id"),
                    row.getString("host"),
                    InstancePhase.valueOf(row.getString("phase")),
                    Objects.requireNonNullElse(row.getString("image"), ""),
                    InstanceRows.ownership(row.getString("owner"), row.getBoolean("warm")),
                    row.getBoolean("healthy") ? Health.PROVEN : Health.UNPROVEN))
        .list();
  }

  /**
   * Takes one on each instance's host.
   *
   * @param slots as read in this transaction
   * @throws IllegalStateException if a host has no free slot, which its chooser was shown
   */
  static void take(Handle handle, Slots slots, List<Instance> instances) {
    if (instances.isEmpty()) {
      return;
    }
    PreparedBatch batch = handle.prepareBatch(TAKE);
    for (Instance instance : instances) {
      String host = instance.host().orElseThrow();
      Deque<Integer> free = slots.free().get(host);
      if (free == null || free.isEmpty()) {
        throw new IllegalStateException("no free slot on " + host + " for " + instance.id());
      }
      batch.bind("host", host).bind("number", free.remove()).bind("id", instance.id()).add();
    }
    if (Arrays.stream(batch.execute()).anyMatch(taken -> taken != 1)) {
      throw new IllegalStateException("a slot was taken by somebody who does not hold the lock");
    }
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
