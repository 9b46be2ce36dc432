package io.macpool.core.fleet.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Lets slots follow the machines that somebody else moved: DRS, or a person by vMotion. A pure
 * function of its input; the order of holdings does not matter, and a plan that was carried out
 * leaves nothing to plan.
 *
 * <p>A machine is where it is seen, whatever was reserved. If its new host has no slot left it is
 * recorded there without one: it counts as taking room, so nothing new is placed there, and it gets
 * a slot as soon as one is free.
 */
public final class SlotMovePlanner {

  /**
   * What is on record of one instance.
   *
   * @param host where it is thought to be; empty if that is not known
   * @param slotted whether it holds a slot there
   */
  public record Holding(String id, Optional<String> host, boolean slotted) {
    public Holding {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(host, "host");
    }
  }

  /**
   * What is to be on record of it.
   *
   * @param slotted whether there is a slot for it; if not, the host holds more than it may
   */
  public record Move(String id, String host, boolean slotted) {
    public Move {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(host, "host");
    }
  }

  private SlotMovePlanner() {}

  /**
   * Plans.
   *
   * @param seenOn hosts of machines as seen, by instance id
   * @param slots slots by host, taken or not; a machine on any other host is left as it is recorded
   */
  public static List<Move> plan(
      Collection<Holding> holdings, Map<String, String> seenOn, Map<String, Integer> slots) {
    Map<String, Integer> free = new HashMap<>(slots);
    List<Holding> misplaced = new ArrayList<>();
    for (Holding holding : holdings) {
      String seen = seenOn.get(holding.id());
      boolean known = seen != null && slots.containsKey(seen);
      if (known && !(holding.slotted() && holding.host().equals(Optional.ofNullable(seen)))) {
        misplaced.add(holding); // gives up what it holds, so that two may change places
      } else if (holding.slotted() && holding.host().isPresent()) {
        free.merge(holding.host().get(), -1, Integer::sum);
      }
    }
    misplaced.sort(Comparator.comparing(Holding::id));
    List<Move> moves = new ArrayList<>();
    for (Holding holding : misplaced) {
      String host = Objects.requireNonNull(seenOn.get(holding.id()), "only what was seen");
      boolean room = free.getOrDefault(host, 0) > 0;
      if (room) {
        free.merge(host, -1, Integer::sum);
      }
      if (room || holding.slotted() || !holding.host().equals(Optional.of(host))) {
        moves.add(new Move(holding.id(), host, room));
      }
    }
    return moves;
  }
}
