package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.SlotMovePlanner.Holding;
import io.macpool.core.fleet.SlotMovePlanner.Move;
import java.util.ArrayList;
import java.util.List;
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

  /** All give up their slots before any takes one, so that two may change places. */
  static List<Instance> move(Handle handle, List<Move> moves) {
    SlotRows.free(handle, moves.stream().map(Move::id).toList());
    List<Instance> moved = new ArrayList<>();
    List<Instance> slotted = new ArrayList<>();
    for (Move move : moves) {
      handle.execute(
          "UPDATE jupiter_brain.instances SET host = ? WHERE id = ?", move.host(), move.id());
      InstanceRows.find(handle, move.id())
          .ifPresent(
              instance -> {
                moved.add(instance);
                if (move.slotted()) {
                  slotted.add(instance);
                }
              });
    }
    SlotRows.take(handle, SlotRows.read(handle), slotted);
    return moved;
  }
}
