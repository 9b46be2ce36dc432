package io.macpool.brain.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker in virtual time: real classes, its ledger in memory, a simulated fleet, one to three
 * replicas that die at any step. More seeds by {@code -Dsimulation.seeds=10000}, others by {@code
 * -Dsimulation.first=N}.
 */
class BrokerSimulationIT {

  private static final Logger log = LoggerFactory.getLogger(BrokerSimulationIT.class);

  private static Vertx vertx;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    vertx.close();
  }

  private static Simulation.Result run(long seed) {
    return run(seed, Replica.Rules.TRUE);
  }

  private static Simulation.Result run(long seed, Replica.Rules rules) {
    try {
      return new Simulation(seed, rules, vertx).run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
  }

  @Test
  void keepsItsPromisesWhateverHappens() {
    long first = Long.getLong("simulation.first", 1);
    int seeds = Integer.getInteger("simulation.seeds", 16);
    long begun = processorTime();
    long events = 0;
    int handedOver = 0;
    int crashes = 0;
    Duration simulated = Duration.ZERO;
    for (long seed = first; seed < first + seeds; seed++) {
      Simulation.Result result = run(seed);
      events += result.events();
      handedOver += result.handedOver();
      crashes += result.crashes();
      simulated = simulated.plus(result.simulated());
    }
    log.info(
        "{} seeds: {} events, {} instances handed over, {} replicas died, {} simulated in {} of a"
            + " processor",
        seeds,
        events,
        handedOver,
        crashes,
        simulated,
        Duration.ofNanos(processorTime() - begun));
    assertThat(handedOver).isGreaterThan(10 * seeds);
    assertThat(crashes).isGreaterThan(seeds);
  }

  /** This thread's: the machine may have other work to do. */
  private static long processorTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** A simulation that finds nothing may look at nothing. */
  @ParameterizedTest
  @CsvSource({
    "PT2M, 2, false, no running job destroyed",
    "PT20M, 3, false, no overcommit",
    "PT20M, 2, true, no leak"
  })
  void findsABrokerThatBreaksAPromise(Duration cutoff, int slots, boolean dryRun, String promise) {
    Replica.Rules rules = new Replica.Rules(cutoff, slots, dryRun);
    assertThatThrownBy(() -> run(1, rules)).hasMessageContaining(promise);
  }

  @Test
  void oneSeedGivesOneCourseOfEvents() {
    assertThat(run(7)).isEqualTo(run(7));
  }
}
