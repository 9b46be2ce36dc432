package io.macpool.brain.lifecycle.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.ledger.Reservation.Choice;
import io.macpool.brain.ledger.SlotUse;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.fleet.placement.HostLoad;
import io.macpool.core.fleet.placement.PlacementPlanner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static final Image IMAGE =
      new Image("macos", "vm-1", Optional.of("snap-1"), 2, 4096, Set.of(), false, Optional.empty());
  private static final Placement.Rules RULES =
      new Placement.Rules(PlacementPlanner.Policy.SPREAD, 2, 8, 48);

  private static Inventory seen(String... machinesOnHostA) {
    Map<String, Machine> machines = new HashMap<>();
    for (String name : machinesOnHostA) {
      machines.put(
          name,
          new Machine(
              name, "vm-" + name, PowerState.ON, List.of(), Optional.of("a"), Optional.empty()));
    }
    return new Inventory(
        1,
        Map.of("a", new Host("a", "host-a", true, false, Set.of())),
        Map.of("macos", IMAGE),
        machines);
  }

  private static Choice<Placement.NoPlace> choose(Inventory inventory, SlotUse use) {
    return Placement.choose(
            List.of(new PlacementPlanner.Wanted(IMAGE, Set.of())),
            inventory,
            Map.of(),
            host -> HostLoad.Standing.GOOD,
            use,
            RULES)
        .get(0);
  }

  private static SlotUse oneTaken(Map<String, String> hosts) {
    return new SlotUse(Map.of("a", 2), Map.of("a", 1), Map.of(), 0, hosts);
  }

  @Test
  void aMachineThatTheLedgerKnowsCountsOnceWhicheverReplicaMadeIt() {
    assertThat(choose(seen("one"), oneTaken(Map.of("one", "a"))))
        .isEqualTo(new Choice.Host<Placement.NoPlace>("a"));
  }

  @Test
  void aMachineOnNoRecordTakesUpRoom() {
    assertThat(choose(seen("one", "stranger"), oneTaken(Map.of("one", "a"))))
        .isInstanceOf(Choice.None.class);
  }

  @Test
  void aMachineOnRecordElsewhereTakesUpRoomWhereItIsSeen() {
    assertThat(choose(seen("one", "moved"), oneTaken(Map.of("one", "a", "moved", "b"))))
        .isInstanceOf(Choice.None.class);
  }

  private static Inventory with(Host.Traits traits) {
    Host host =
        new Host("a", "host-a", true, false, Set.of(), Optional.empty(), Optional.empty(), traits);
    return new Inventory(1, Map.of("a", host), Map.of("macos", IMAGE), Map.of());
  }

  @Test
  void anImageGoesToNoHostOfAnotherProvider() {
    Host.Traits others =
        new Host.Traits("other", Optional.empty(), OptionalInt.empty(), Optional.empty());
    assertThat(choose(with(others), oneTaken(Map.of())))
        .isEqualTo(new Choice.None<>(new Placement.NoPlace("the pool has no hosts", false)));
    assertThat(choose(with(Host.Traits.NONE), oneTaken(Map.of())))
        .isEqualTo(new Choice.Host<>("a"));
  }

  @Test
  void aHostThatSaysSoHoldsFewerThanItsSlots() {
    Host.Traits limited =
        new Host.Traits("", Optional.empty(), OptionalInt.of(1), Optional.of("it refuses more"));
    assertThat(choose(with(limited), oneTaken(Map.of()))).isInstanceOf(Choice.None.class);
  }
}
