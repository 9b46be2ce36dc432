package io.macpool.core.fleet.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Host.Suspended;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.StartTimes;
import io.macpool.core.fleet.placement.SuspendPlanner.Make;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SuspendPlannerTest {

  private static final Suspended ONE_WANTED = new Suspended(0, 1, Optional.empty());

  private static Image image(String name, StartTimes starts) {
    return new Image(
        name,
        "tart:image/" + name,
        Optional.empty(),
        0,
        0,
        Set.of("tart:image/" + name),
        false,
        Optional.empty(),
        "tart",
        Optional.empty(),
        List.of(),
        starts);
  }

  private static Image image(String name) {
    return image(name, StartTimes.UNKNOWN);
  }

  private static Host host(String id, Map<String, Suspended> suspended) {
    return new Host(
        id,
        id,
        true,
        false,
        Set.of("tart:image/xcode", "tart:image/base"),
        Optional.empty(),
        Optional.empty(),
        new Host.Traits(
            "tart",
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Host.Vitals.NONE,
            false,
            suspended));
  }

  private static HostLoad load(String id, int taken, Suspended suspended) {
    return new HostLoad(
        host(id, Map.of("tart:image/xcode", suspended)), Optional.empty(), 2, taken, 0);
  }

  private static Optional<Make> plan(List<HostLoad> fleet, int spare) {
    return SuspendPlanner.plan(List.of(image("xcode")), fleet, spare, Set.of());
  }

  @Test
  void aHostThatLacksOneGetsOneWhileThereIsRoomThatNobodyWants() {
    List<HostLoad> fleet = List.of(load("mac-1", 1, ONE_WANTED));
    assertThat(plan(fleet, 1)).contains(new Make("xcode", "mac-1"));
    assertThat(plan(fleet, 0)).isEmpty();
    assertThat(plan(fleet, -3)).isEmpty();
    assertThat(plan(List.of(load("mac-1", 2, ONE_WANTED)), 5)).isEmpty();
  }

  @Test
  void whatIsNotWantedOrThereIsNotMade() {
    assertThat(plan(List.of(load("mac-1", 0, new Suspended(1, 1, Optional.empty()))), 5)).isEmpty();
    assertThat(plan(List.of(load("mac-1", 0, new Suspended(2, 1, Optional.empty()))), 5)).isEmpty();
    assertThat(plan(List.of(load("mac-1", 0, new Suspended(0, 1, Optional.of("no disk")))), 5))
        .isEmpty();
    HostLoad without = new HostLoad(host("mac-1", Map.of()), Optional.empty(), 2, 0, 0);
    assertThat(plan(List.of(without), 5)).isEmpty();
  }

  @Test
  void hostsThatAreToBeLeftAloneMakeNone() {
    Host host = host("mac-1", Map.of("tart:image/xcode", ONE_WANTED));
    for (Cordon.Kind kind : Cordon.Kind.values()) {
      assertThat(
              plan(List.of(new HostLoad(host, Optional.of(new Cordon(kind, "why")), 2, 0, 0)), 5))
          .isEmpty();
    }
    HostLoad good = load("mac-1", 0, ONE_WANTED);
    assertThat(plan(List.of(good.in(HostLoad.Standing.RESTING)), 5)).isEmpty();
    assertThat(plan(List.of(good.in(HostLoad.Standing.ON_PROBATION)), 5)).isEmpty();
    assertThat(plan(List.of(new HostLoad(host.unseen("gone"), Optional.empty(), 2, 0, 0)), 5))
        .isEmpty();
    assertThat(plan(List.of(new HostLoad(host.of("other"), Optional.empty(), 2, 0, 0)), 5))
        .isEmpty();
  }

  @Test
  void whoHasFewestComesFirst() {
    assertThat(
            plan(
                List.of(
                    load("mac-1", 0, new Suspended(1, 2, Optional.empty())),
                    load("mac-3", 0, ONE_WANTED),
                    load("mac-2", 1, ONE_WANTED)),
                5))
        .contains(new Make("xcode", "mac-2"));
  }

  @Test
  void whatFailedLatelyIsLeftAlone() {
    List<HostLoad> fleet = List.of(load("mac-1", 0, ONE_WANTED), load("mac-2", 0, ONE_WANTED));
    assertThat(
            SuspendPlanner.plan(
                List.of(image("xcode")), fleet, 5, Set.of(new Make("xcode", "mac-1"))))
        .contains(new Make("xcode", "mac-2"));
  }

  @Test
  void whatIsNoShorterToResumeIsBooted() {
    Duration boot = Duration.ofSeconds(20);
    List<HostLoad> fleet = List.of(load("mac-1", 0, ONE_WANTED));
    Image slow = image("xcode", new StartTimes(3, boot, 3, boot));
    assertThat(SuspendPlanner.plan(List.of(slow), fleet, 5, Set.of())).isEmpty();
    Image quick = image("xcode", new StartTimes(3, boot, 3, Duration.ofSeconds(5)));
    assertThat(SuspendPlanner.plan(List.of(quick), fleet, 5, Set.of())).isPresent();
  }

  @Test
  void amongEqualsWhoHasASuspendedGuestIsChosen() {
    HostLoad bare = load("mac-1", 0, ONE_WANTED);
    HostLoad ready = load("mac-2", 0, new Suspended(1, 1, Optional.empty()));
    Image image = image("xcode");
    assertThat(
            PlacementPlanner.place(image, List.of(bare, ready), PlacementPlanner.Policy.SPREAD, 8))
        .isEqualTo(new PlacementPlanner.Placed("mac-2"));
    HostLoad fuller = load("mac-2", 1, new Suspended(1, 1, Optional.empty()));
    assertThat(
            PlacementPlanner.place(image, List.of(bare, fuller), PlacementPlanner.Policy.SPREAD, 8))
        .isEqualTo(new PlacementPlanner.Placed("mac-1"));
    assertThat(
            PlacementPlanner.place(
                image("base"), List.of(bare, ready), PlacementPlanner.Policy.SPREAD, 8))
        .isEqualTo(new PlacementPlanner.Placed("mac-1"));
  }
}
