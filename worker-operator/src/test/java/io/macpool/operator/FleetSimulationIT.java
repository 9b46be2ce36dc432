package io.macpool.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promises over a whole fleet in virtual time: 100 clusters on 2,000 slots, bursts, rollouts,
 * pods lost and unreachable, calls lost, operators restarted at any moment. {@code
 * -Dsimulation.seeds=10000} runs that many; a failure names the seed that replays it.
 */
class FleetSimulationIT {

  private static final int MINUTES = 6;

  static LongStream seeds() {
    return LongStream.range(0, Integer.getInteger("simulation.seeds", 1));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void promisesHoldWhateverHappens(long seed) {
    SimulatedFleet fleet = new SimulatedFleet(seed, true);
    for (int second = 0; second < MINUTES * 60; second++) {
      fleet.second();
      assertThat(fleet.broken()).as("seed %s, second %s", seed, second).isEmpty();
    }
    assertThat(fleet.finished()).as("jobs end").isGreaterThan(1_000);
    assertThat(fleet.jobsKilledByOperator()).isZero();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void slotsAreInUseWhileDemandExceedsThem(long seed) {
    SimulatedFleet fleet = new SimulatedFleet(seed, false);
    for (int second = 0; second < MINUTES * 60; second++) {
      fleet.second();
    }
    assertThat(fleet.broken()).isEmpty();
    assertThat(fleet.saturatedSeconds()).isGreaterThan(200);
    assertThat(fleet.utilisation()).as("seed %s", seed).isGreaterThanOrEqualTo(0.98);
  }
}
