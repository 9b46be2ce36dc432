package io.macpool.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.operator.SimulatedFleet.Size;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The promises over whole fleets in virtual time: bursts, rollouts, edits, pods lost and
 * unreachable, calls lost, operators restarted at any moment. A failure tells its seed; {@code
 * -Dsimulation.seed=N} replays that one, {@code -Dsimulation.seeds=N} runs that many small fleets
 * and a hundredth of that of the full size.
 */
class FleetSimulationIT {

  private static final int SECONDS = 360;
  private static final int SMALL_SEEDS = Integer.getInteger("simulation.seeds", 1_000);
  private static final int FULL_SEEDS = Math.max(4, SMALL_SEEDS / 100);

  /** How large the fleet is. */
  enum Fleet {
    SMALL(SMALL_SEEDS),
    FULL(FULL_SEEDS);

    private final int seeds;

    Fleet(int seeds) {
      this.seeds = seeds;
    }

    Size size() {
      return this == SMALL ? Size.SMALL : Size.FULL;
    }

    LongStream seeds() {
      Long one = Long.getLong("simulation.seed");
      return one == null ? LongStream.range(0, seeds) : LongStream.of(one);
    }

    SimulatedFleet run(long seed, boolean faults) {
      SimulatedFleet fleet = new SimulatedFleet(seed, size(), faults).run(SECONDS);
      assertThat(fleet.broken())
          .as("%s fleet, replay with -Dsimulation.seed=%s", this, seed)
          .isEmpty();
      return fleet;
    }
  }

  @ParameterizedTest
  @EnumSource
  void promisesHoldWhateverHappens(Fleet fleet) {
    double finished =
        fleet.seeds().map(seed -> fleet.run(seed, true).finished()).average().orElseThrow();
    assertThat(finished).as("jobs end").isGreaterThan(fleet.size().slots());
  }

  @ParameterizedTest
  @EnumSource
  void nobodyWaitsBesideAnIdleSlotOfItsShare(Fleet fleet) {
    fleet.seeds().limit(Math.max(2, fleet.seeds / 4)).forEach(seed -> fleet.run(seed, false));
  }

  @Test
  void slotsAreInUseWhileDemandExceedsThem() {
    Fleet.FULL
        .seeds()
        .limit(2)
        .forEach(
            seed -> {
              FleetMeasures measures = Fleet.FULL.run(seed, false).measures();
              assertThat(measures.saturatedSeconds()).isGreaterThan(200);
              assertThat(measures.utilisation())
                  .as("replay with -Dsimulation.seed=%s", seed)
                  .isGreaterThanOrEqualTo(0.98);
            });
  }
}
