package io.macpool.core.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.usage.CapacityReplay.Demand;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class CapacityReplayPropertyTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  @Property(tries = 200)
  void oneMoreSlotMakesNobodyWaitLonger(
      @ForAll("loads") List<Demand> load, @ForAll @IntRange(min = 1, max = 8) int slots) {
    CapacityReplay fewer = CapacityReplay.of(load, slots);
    CapacityReplay more = CapacityReplay.of(load, slots + 1);

    assertThat(more.waits().p50()).isLessThanOrEqualTo(fewer.waits().p50());
    assertThat(more.waits().p90()).isLessThanOrEqualTo(fewer.waits().p90());
    assertThat(more.waits().p99()).isLessThanOrEqualTo(fewer.waits().p99());
    assertThat(more.atOnce()).isBetween(fewer.atOnce(), slots + 1);
  }

  @Property(tries = 200)
  void whereThereIsASlotForEachNobodyWaits(@ForAll("loads") List<Demand> load) {
    CapacityReplay replay = CapacityReplay.of(load, load.size() + 1);

    assertThat(replay.waits().count()).isEqualTo(load.size());
    assertThat(replay.waits().p99()).isZero();
    assertThat(CapacityReplay.of(load, Math.max(1, replay.atOnce())).waits().p99())
        .as("as many slots as ever ran at once suffice")
        .isZero();
  }

  @Example
  void eachGetsTheFirstFreeSlot() {
    List<Demand> load = List.of(demand(0, 10), demand(1, 4), demand(2, 5));

    CapacityReplay replay = CapacityReplay.of(load, 2);

    assertThat(replay.waits())
        .isEqualTo(new WaitFigures(3, Duration.ZERO, Duration.ofMinutes(3), Duration.ofMinutes(3)));
    assertThat(replay.atOnce()).isEqualTo(2);
  }

  private static Demand demand(int at, int length) {
    return new Demand(START.plus(Duration.ofMinutes(at)), Duration.ofMinutes(length));
  }

  @Provide
  Arbitrary<List<Demand>> loads() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 100), Arbitraries.integers().between(0, 60))
        .as(CapacityReplayPropertyTest::demand)
        .list()
        .ofMaxSize(30);
  }
}
