package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.placement.SlotMovePlanner.Holding;
import io.macpool.core.fleet.placement.SlotMovePlanner.Move;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Statements on instances that are elsewhere than where they were placed; each runs inside a
 * transaction of {@link Ledger}. One that holds no slot on its host takes up the room of one.
 */
final class StrayRows {

  private static final String LIVE =
      " FROM jupiter_brain.instances i LEFT JOIN jupiter_brain.slots s ON s.instance_id = i.id"
          + " WHERE i.phase IN ('REQUESTED', 'CLONED', 'READY', 'RECLAIMING')";

  private StrayRows() {}

  static List<Holding> holdings(Handle handle) {
    return handle
        .createQuery("SELECT i.id AS id, i.host AS host, s.instance_id AS slot" + LIVE)
        .map(
            (row, context) ->
                new Holding(
                    row.getString("id"),
                    Optional.ofNullable(row.getString("host")),
                    row.getString("slot") != null))
        .list();
  }

  /**
   * All give up their slots before any takes one, so that two may change places. Instances are
   * locked before slots, as everywhere; one that is gone meanwhile holds nothing any more.
   */
  static List<Instance> move(Handle handle, List<Move> moves) {
    if (moves.isEmpty()) {
      return List.of();
    }
    Map<String, Instance> locked = InstanceRows.lock(handle, moves.stream().map(Move::id).toList());
    List<Instance> moved = new ArrayList<>();
    List<Instance> slotted = new ArrayList<>();
    for (Move move : moves) {
      Instance before = locked.get(move.id());
      if (before == null || InstanceEvent.MOVED.next(before, Optional.empty()).isEmpty()) {
        continue;
      }
      Instance after = before.movedTo(move.host());
      moved.add(after);
      if (move.slotted()) {
        slotted.add(after);
      }
    }
    InstanceRows.update(handle, moved);
    SlotRows.free(handle, moved.stream().map(Instance::id).toList());
    SlotRows.take(handle, SlotRows.read(handle), slotted);
    return moved;
  }
}
