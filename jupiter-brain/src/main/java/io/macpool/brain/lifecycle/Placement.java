package io.macpool.brain.lifecycle;

import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.SlotUse;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.HostLoad;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PlacementPlanner;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

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

  /** A place for an instance of each of these images, or why there is none. */
  static List<Reservation.Choice<NoPlace>> choose(
      List<Image> images,
      Inventory inventory,
      Map<String, Cordon> cordons,
      SlotUse use,
      Predicate<Machine> counted,
      Rules rules) {
    return PlacementPlanner.placeAll(
            images,
            loads(inventory, cordons, use, counted),
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
    Map<String, Instance> known = new HashMap<>();
    for (Instance instance : live) {
      known.put(instance.id(), instance);
      instance.host().ifPresent(host -> taken.merge(host, 1, Integer::sum));
    }
    return loads(inventory, cordons, new SlotUse(slots, taken, Map.of(), 0), counted(known::get));
  }

  /**
   * Whether a machine is on record on the host on which it is seen: one that has moved takes up
   * room on both hosts until its slot has followed.
   *
   * @param record the ledger's instance of that name, or null
   */
  static Predicate<Machine> counted(Function<String, Instance> record) {
    return machine -> {
      Instance instance = record.apply(machine.name());
      return instance != null && instance.host().equals(machine.host());
    };
  }

  /**
   * The hosts' loads. A machine that is not on record there holds no slot, but takes up the room of
   * one.
   *
   * @param counted whether a machine is among those that {@code use} counts on its host
   */
  private static List<HostLoad> loads(
      Inventory inventory, Map<String, Cordon> cordons, SlotUse use, Predicate<Machine> counted) {
    Map<String, Integer> strangers = new HashMap<>();
    for (Machine machine : inventory.machines().values()) {
      if (machine.host().isPresent() && !counted.test(machine)) {
        strangers.merge(machine.host().get(), 1, Integer::sum);
      }
    }
    List<HostLoad> loads = new ArrayList<>();
    for (Host host : inventory.hosts().values()) {
      loads.add(
          new HostLoad(
              host,
              Optional.ofNullable(cordons.get(host.id())),
              use.slots().getOrDefault(host.id(), 0),
              use.taken().getOrDefault(host.id(), 0) + strangers.getOrDefault(host.id(), 0),
              use.operations().getOrDefault(host.id(), 0)));
    }
    return loads;
  }
}
