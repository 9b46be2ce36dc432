package io.macpool.brain.lifecycle.slots;

import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.SlotUse;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.fleet.placement.HostLoad;
import io.macpool.core.fleet.placement.PlacementPlanner;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Joins what inventory, ledger and cordons say of the hosts into what the planner wants to see. */
public final class Placement {

  /**
   * How hosts are chosen and how much may go on.
   *
   * @param busyAt operations on one host that are enough
   * @param creatingAt instances being made, over all replicas, that are enough
   */
  public record Rules(
      PlacementPlanner.Policy policy, int slotsPerHost, int busyAt, int creatingAt) {
    public Rules {
      Objects.requireNonNull(policy, "policy");
    }
  }

  /**
   * Why there is no place now.
   *
   * @param passing whether waiting may help
   */
  public record NoPlace(String message, boolean passing) {}

  private Placement() {}

  /**
   * A place for each of these, or why there is none.
   *
   * @param standing of a host, by its id
   */
  public static List<Reservation.Choice<NoPlace>> choose(
      List<PlacementPlanner.Wanted> wanted,
      Inventory inventory,
      Map<String, Cordon> cordons,
      Function<String, HostLoad.Standing> standing,
      SlotUse use,
      Rules rules) {
    return PlacementPlanner.placeAll(
            wanted,
            loads(inventory, cordons, use, rules.slotsPerHost()).stream()
                .map(load -> load.in(standing.apply(load.host().id())))
                .toList(),
            rules.policy(),
            use.creating(),
            new PlacementPlanner.Limits(rules.busyAt(), rules.creatingAt()))
        .stream()
        .map(Placement::choice)
        .toList();
  }

  private static Reservation.Choice<NoPlace> choice(PlacementPlanner.Decision decision) {
    if (decision instanceof PlacementPlanner.Placed placed) {
      return new Reservation.Choice.Host<>(placed.host());
    }
    if (decision instanceof PlacementPlanner.TooManyInTheMaking many) {
      return new Reservation.Choice.None<>(
          new NoPlace(many.making() + " instances are being made already", true));
    }
    PlacementPlanner.Unplaceable nowhere = (PlacementPlanner.Unplaceable) decision;
    return new Reservation.Choice.None<>(new NoPlace(nowhere.summary(), nowhere.isPassing()));
  }

  /** The hosts' loads from memory alone. */
  public static List<HostLoad> loads(
      Inventory inventory,
      Map<String, Cordon> cordons,
      Collection<Instance> live,
      int slotsPerHost) {
    Map<String, Integer> slots = new HashMap<>();
    inventory.hosts().keySet().forEach(host -> slots.put(host, slotsPerHost));
    Map<String, Integer> taken = new HashMap<>();
    Map<String, String> hosts = new HashMap<>();
    for (Instance instance : live) {
      instance
          .host()
          .ifPresent(
              host -> {
                taken.merge(host, 1, Integer::sum);
                hosts.put(instance.id(), host);
              });
    }
    return loads(inventory, cordons, new SlotUse(slots, taken, Map.of(), 0, hosts), slotsPerHost);
  }

  /**
   * The hosts' loads. A machine that is not on record where it is seen holds no slot there, but
   * takes up the room of one: so one that has moved counts on both hosts until its slot has
   * followed.
   */
  private static List<HostLoad> loads(
      Inventory inventory, Map<String, Cordon> cordons, SlotUse use, int slotsPerHost) {
    Map<String, Integer> strangers = new HashMap<>();
    for (Machine machine : inventory.others()) {
      // What runs takes up room, whosever it is and wherever it lies.
      if (machine.power() != PowerState.OFF || machine.sign().inFolder()) {
        machine.host().ifPresent(host -> strangers.merge(host, 1, Integer::sum));
      }
    }
    for (Machine machine : inventory.machines().values()) {
      String seenOn = machine.host().orElse(null);
      if (seenOn != null && !seenOn.equals(use.hosts().get(machine.name()))) {
        strangers.merge(seenOn, 1, Integer::sum);
      }
    }
    List<HostLoad> loads = new ArrayList<>();
    for (Host host : inventory.hosts().values()) {
      loads.add(
          new HostLoad(
              host,
              Optional.ofNullable(cordons.get(host.id())),
              // Slots beyond a number that was lowered are held, and count, and are given no more.
              Math.min(
                  Math.min(slotsPerHost, use.slots().getOrDefault(host.id(), 0)),
                  host.traits().slots().orElse(Integer.MAX_VALUE)),
              use.taken().getOrDefault(host.id(), 0) + strangers.getOrDefault(host.id(), 0),
              use.operations().getOrDefault(host.id(), 0)));
    }
    return loads;
  }
}
