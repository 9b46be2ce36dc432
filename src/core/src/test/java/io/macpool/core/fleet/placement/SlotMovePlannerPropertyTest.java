package io.macpool.core.fleet.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.placement.SlotMovePlanner.Holding;
import io.macpool.core.fleet.placement.SlotMovePlanner.Move;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SlotMovePlannerPropertyTest {

  private static final Map<String, Integer> SLOTS = Map.of("h-0", 2, "h-1", 2, "h-2", 2);

  /** Hosts that two slots each were reserved on, and what goes beyond them is without a slot. */
  @Provide
  Arbitrary<List<Holding>> holdings() {
    return Arbitraries.integers()
        .between(-1, 2)
        .list()
        .ofMaxSize(10)
        .map(
            hosts -> {
              List<Holding> all = new ArrayList<>();
              Map<String, Integer> taken = new HashMap<>();
              for (int host : hosts) {
                String id = "i-" + all.size();
                Optional<String> on = host < 0 ? Optional.empty() : Optional.of("h-" + host);
                all.add(
                    new Holding(
                        id, on, on.filter(h -> taken.merge(h, 1, Integer::sum) <= 2).isPresent()));
              }
              return all;
            });
  }

  /** Machines on our hosts, or on one that has no slots; some are not seen at all. */
  @Provide
  Arbitrary<Map<String, String>> sightings() {
    return Arbitraries.maps(
        Arbitraries.integers().between(0, 9).map(i -> "i-" + i),
        Arbitraries.of("h-0", "h-1", "h-2", "elsewhere"));
  }

  private static List<Holding> after(List<Holding> holdings, List<Move> moves) {
    Map<String, Move> byId = new HashMap<>();
    moves.forEach(move -> byId.put(move.id(), move));
    return holdings.stream()
        .map(
            holding ->
                byId.containsKey(holding.id())
                    ? new Holding(
                        holding.id(),
                        Optional.of(byId.get(holding.id()).host()),
                        byId.get(holding.id()).slotted())
                    : holding)
        .toList();
  }

  @Property
  void noHostEverHasMoreSlotsTakenThanItHas(
      @ForAll("holdings") List<Holding> holdings, @ForAll("sightings") Map<String, String> seen) {
    for (String host : SLOTS.keySet()) {
      assertThat(after(holdings, SlotMovePlanner.plan(holdings, seen, SLOTS)))
          .filteredOn(h -> h.slotted() && h.host().equals(Optional.of(host)))
          .hasSizeLessThanOrEqualTo(2);
    }
  }

  @Property
  void everyMachineThatIsSeenIsOnRecordWhereItIsAndSlotsAreNotLeftOpenForIt(
      @ForAll("holdings") List<Holding> holdings, @ForAll("sightings") Map<String, String> seen) {
    List<Holding> after = after(holdings, SlotMovePlanner.plan(holdings, seen, SLOTS));
    for (Holding holding : after) {
      String host = seen.get(holding.id());
      if (host != null && SLOTS.containsKey(host)) {
        assertThat(holding.host()).contains(host);
        long taken =
            after.stream().filter(h -> h.slotted() && h.host().equals(holding.host())).count();
        assertThat(holding.slotted() || taken == SLOTS.get(host)).as(holding.toString()).isTrue();
      }
    }
  }

  @Property
  void aPlanThatWasCarriedOutLeavesNothingToDoAndOrderDoesNotMatter(
      @ForAll("holdings") List<Holding> holdings,
      @ForAll("sightings") Map<String, String> seen,
      @ForAll Random random) {
    List<Move> plan = SlotMovePlanner.plan(holdings, seen, SLOTS);
    assertThat(SlotMovePlanner.plan(after(holdings, plan), seen, SLOTS)).isEmpty();
    List<Holding> shuffled = new ArrayList<>(holdings);
    Collections.shuffle(shuffled, random);
    assertThat(SlotMovePlanner.plan(shuffled, seen, SLOTS)).isEqualTo(plan);
  }

  @Property
  void whoStaysKeepsItsSlot(
      @ForAll("holdings") List<Holding> holdings, @ForAll("sightings") Map<String, String> seen) {
    List<Move> plan = SlotMovePlanner.plan(holdings, seen, SLOTS);
    for (Holding holding : holdings) {
      if (holding.slotted() && holding.host().equals(Optional.ofNullable(seen.get(holding.id())))) {
        assertThat(plan).noneMatch(move -> move.id().equals(holding.id()));
      }
    }
  }

  @Example
  void twoOnFullHostsChangePlaces() {
    Map<String, Integer> one = Map.of("a", 1, "b", 1);
    List<Holding> holdings =
        List.of(new Holding("x", Optional.of("a"), true), new Holding("y", Optional.of("b"), true));
    assertThat(SlotMovePlanner.plan(holdings, Map.of("x", "b", "y", "a"), one))
        .containsExactly(new Move("x", "b", true), new Move("y", "a", true));
    assertThat(SlotMovePlanner.plan(holdings, Map.of("x", "b", "y", "b"), one))
        .containsExactly(new Move("x", "b", false));
  }
}
