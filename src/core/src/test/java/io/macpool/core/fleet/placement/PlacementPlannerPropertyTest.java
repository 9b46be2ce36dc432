package io.macpool.core.fleet.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.placement.HostLoad.Standing;
import io.macpool.core.fleet.placement.PlacementPlanner.Decision;
import io.macpool.core.fleet.placement.PlacementPlanner.Limits;
import io.macpool.core.fleet.placement.PlacementPlanner.Placed;
import io.macpool.core.fleet.placement.PlacementPlanner.Policy;
import io.macpool.core.fleet.placement.PlacementPlanner.Unplaceable;
import io.macpool.core.fleet.placement.PlacementPlanner.Wanted;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class PlacementPlannerPropertyTest {

  private static final int BUSY_AT = 8;

  @Provide
  Arbitrary<List<HostLoad>> fleets() {
    Arbitrary<Optional<Cordon>> cordons =
        Arbitraries.of(
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Cordon(Cordon.Kind.CORDONED, "test")),
            Optional.of(new Cordon(Cordon.Kind.DRAINING, "test")));
    Arbitrary<HostLoad> host =
        Combinators.combine(
                Arbitraries.integers().between(0, 200),
                Arbitraries.of(true, true, true, false),
                Arbitraries.of(false, false, false, true),
                Arbitraries.of(Set.of("ds-1"), Set.of("ds-1", "ds-2"), Set.<String>of()),
                cordons,
                Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(0, 4),
                Arbitraries.integers().between(0, 10))
            .as(
                (id, connected, maintenance, datastores, cordon, slots, taken, operations) ->
                    new HostLoad(
                        new Host("host-" + id, "mac-" + id, connected, maintenance, datastores),
                        cordon,
                        slots,
                        taken,
                        operations));
    return host.list().ofMaxSize(30).uniqueElements(load -> load.host().id());
  }

  @Provide
  Arbitrary<Image> images() {
    return Combinators.combine(
            Arbitraries.of(Set.of("ds-1"), Set.of("ds-2"), Set.<String>of()),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 200))
        .as(
            (datastores, frozen, host) ->
                new Image(
                    "xcode",
                    "vm-1",
                    Optional.of("snapshot-1"),
                    4,
                    8192,
                    datastores,
                    frozen,
                    Optional.of("host-" + host)));
  }

  @Property
  void neverPlacesWhereItMustNot(
      @ForAll("fleets") List<HostLoad> fleet,
      @ForAll("images") Image image,
      @ForAll Policy policy) {
    Map<String, HostLoad> byId =
        fleet.stream().collect(Collectors.toMap(load -> load.host().id(), Function.identity()));
    Decision decision = PlacementPlanner.place(image, fleet, policy, BUSY_AT);
    if (decision instanceof Placed placed) {
      HostLoad load = byId.get(placed.host());
      assertThat(load.taken()).isLessThan(load.slots());
      assertThat(load.operations()).isLessThan(BUSY_AT);
      assertThat(load.host().connected()).isTrue();
      assertThat(load.host().inMaintenance()).isFalse();
      assertThat(load.cordon()).isEmpty();
      assertThat(load.host().storage()).containsAll(image.storage());
    } else {
      assertThat(((Unplaceable) decision).refusals()).hasSameSizeAs(fleet);
    }
  }

  @Property
  void theOrderOfHostsDoesNotMatter(
      @ForAll("fleets") List<HostLoad> fleet,
      @ForAll("images") Image image,
      @ForAll Policy policy,
      @ForAll Random random) {
    List<HostLoad> shuffled = new ArrayList<>(fleet);
    Collections.shuffle(shuffled, random);
    assertThat(PlacementPlanner.place(image, shuffled, policy, BUSY_AT))
        .isEqualTo(PlacementPlanner.place(image, fleet, policy, BUSY_AT));
  }

  @Property
  void spreadNeverPrefersAFullerHostOfTheSameSize(
      @ForAll("fleets") List<HostLoad> fleet, @ForAll("images") Image image) {
    if (image.instant()) {
      return; // its own host comes first, whatever its load
    }
    Decision decision = PlacementPlanner.place(image, fleet, Policy.SPREAD, BUSY_AT);
    if (decision instanceof Placed placed) {
      HostLoad chosen =
          fleet.stream().filter(l -> l.host().id().equals(placed.host())).findFirst().get();
      Unplaceable none = new Unplaceable(Map.of());
      assertThat(none.isPassing()).isFalse();
      assertThat(fleet)
          .filteredOn(load -> load.slots() == chosen.slots())
          .filteredOn(
              load ->
                  PlacementPlanner.place(image, List.of(load), Policy.SPREAD, BUSY_AT)
                      instanceof Placed)
          .allSatisfy(load -> assertThat(load.taken()).isGreaterThanOrEqualTo(chosen.taken()));
    }
  }

  private static List<Wanted> wanted(List<Image> images) {
    return images.stream().map(image -> new Wanted(image, Set.of())).toList();
  }

  @Property
  void nothingIsPlacedOnAHostThatRestsOrFailedIt(
      @ForAll("fleets") List<HostLoad> fleet,
      @ForAll("images") Image image,
      @ForAll Policy policy,
      @ForAll @IntRange(max = 200) int tried) {
    Set<String> avoid = Set.of("host-" + tried);
    List<HostLoad> standings = new ArrayList<>();
    for (HostLoad load : fleet) {
      Standing[] all = Standing.values();
      standings.add(load.in(all[Math.floorMod(load.host().id().hashCode(), all.length)]));
    }
    Decision decision =
        PlacementPlanner.placeAll(
                List.of(new Wanted(image, avoid)), standings, policy, 0, new Limits(BUSY_AT, 12))
            .get(0);
    if (decision instanceof Placed placed) {
      HostLoad chosen = load(standings, placed.host());
      assertThat(avoid).doesNotContain(placed.host());
      assertThat(chosen.standing()).isNotEqualTo(Standing.RESTING);
      if (chosen.standing() == Standing.ON_PROBATION) {
        assertThat(chosen.operations()).isZero();
      }
    }
  }

  @Property
  void severalAreNeverMoreThanFits(
      @ForAll("fleets") List<HostLoad> fleet,
      @ForAll("batches") List<Image> images,
      @ForAll Policy policy,
      @ForAll @IntRange(max = 20) int making) {
    List<Decision> decisions =
        PlacementPlanner.placeAll(wanted(images), fleet, policy, making, new Limits(BUSY_AT, 12));
    assertThat(decisions).hasSameSizeAs(images);
    Map<String, Integer> given = new HashMap<>();
    for (int i = 0; i < images.size(); i++) {
      if (decisions.get(i) instanceof Placed placed) {
        given.merge(placed.host(), 1, Integer::sum);
        assertThat(load(fleet, placed.host()).host().storage())
            .containsAll(images.get(i).storage());
      }
    }
    given.forEach(
        (host, more) -> {
          HostLoad load = load(fleet, host);
          assertThat(more).isLessThanOrEqualTo(load.free());
          assertThat(load.operations() + more).isLessThanOrEqualTo(BUSY_AT);
          assertThat(load.cordon()).isEmpty();
        });
    int made = given.values().stream().mapToInt(n -> n).sum();
    assertThat(made).isLessThanOrEqualTo(Math.max(0, 12 - making));
  }

  @Property
  void severalGoWhereTheyWouldOneAfterAnother(
      @ForAll("fleets") List<HostLoad> fleet,
      @ForAll("batches") List<Image> images,
      @ForAll Policy policy,
      @ForAll Random random) {
    Limits limits = new Limits(BUSY_AT, 12);
    List<HostLoad> loads = new ArrayList<>(fleet);
    List<Decision> alone = new ArrayList<>();
    int making = 3;
    for (Image image : images) {
      Collections.shuffle(loads, random);
      Decision decision =
          PlacementPlanner.placeAll(wanted(List.of(image)), loads, policy, making, limits).get(0);
      if (decision instanceof Placed placed) {
        loads.replaceAll(
            load -> load.host().id().equals(placed.host()) ? load.withOneMore() : load);
        making++;
      }
      alone.add(decision);
    }
    assertThat(PlacementPlanner.placeAll(wanted(images), fleet, policy, 3, limits))
        .isEqualTo(alone);
  }

  @Property
  void theOrderOfLikeRequestsDoesNotMatter(
      @ForAll("fleets") List<HostLoad> fleet,
      @ForAll("images") Image one,
      @ForAll Policy policy,
      @ForAll Random random) {
    // Alike in all that counts, told apart by their names.
    List<Image> images =
        Stream.of("a", "b", "c", "d", "e", "f")
            .map(
                name ->
                    new Image(
                        name,
                        one.ref(),
                        one.version(),
                        one.cpus(),
                        one.ramMb(),
                        one.storage(),
                        one.instant(),
                        one.host()))
            .collect(Collectors.toCollection(ArrayList::new));
    Limits limits = new Limits(BUSY_AT, 4);
    List<Decision> before = PlacementPlanner.placeAll(wanted(images), fleet, policy, 0, limits);
    Collections.shuffle(images, random);
    assertThat(PlacementPlanner.placeAll(wanted(images), fleet, policy, 0, limits))
        .isEqualTo(before);
  }

  @Provide
  Arbitrary<List<Image>> batches() {
    return images().list().ofMaxSize(20);
  }

  private static HostLoad load(List<HostLoad> fleet, String host) {
    return fleet.stream().filter(l -> l.host().id().equals(host)).findFirst().orElseThrow();
  }
}
