package io.macpool.brain.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
    return run(seed, Simulation.ALL, Planted.NOTHING);
  }

  private static Simulation.Result run(long seed, Set<Mishap> kinds, Planted planted) {
    try {
      return new Simulation(seed, kinds, planted, vertx, line -> {}).run();
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
    List<String> failures = new ArrayList<>();
    for (long seed = first; seed < first + seeds; seed++) {
      try {
        Simulation.Result result = run(seed);
        events += result.events();
        handedOver += result.handedOver();
        crashes += result.crashes();
        simulated = simulated.plus(result.simulated());
      } catch (AssertionError e) {
        failures.add(e.getMessage());
      }
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
    assertThat(failures).isEmpty();
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
    "SHORT_CUTOFF, , no running job destroyed",
    "SLOT_TOO_MANY, , no overcommit",
    "DESTROYS_NOTHING, , no leak",
    "QUOTA_TOO_HIGH, , no quota passed",
    "BLIND_TO_CORDONS, CORDON, nothing new on a cordoned host",
    "LOOKS_IN_ITS_FOLDER_ALONE, MACHINE_MOVED, no overcommit",
    "STAMPS_BY_ITS_OWN_CLOCK, CLOCKS_APART, no running job destroyed",
    "FORGETS_ITS_INTENTS, TRANSACTION_FAILS, no leak",
    "KEYS_ARE_EVERYBODYS, ROGUE_OWNER, one owner"
  })
  void findsABrokerThatBreaksAPromise(Planted planted, Mishap kind, String promise) {
    Set<Mishap> kinds = kind == null ? Set.of() : Set.of(kind);
    List<String> found = new ArrayList<>();
    long seed = 0;
    while (found.isEmpty() && ++seed <= 12) {
      try {
        run(seed, kinds, planted);
      } catch (AssertionError e) {
        found.add(e.getMessage());
      }
    }
    log.info("{}: {}", planted, found.stream().flatMap(String::lines).findFirst().orElse(""));
    assertThat(found).singleElement().asString().contains(promise);
    if (kind != null) {
      run(seed, Set.of(), planted); // without that kind of mishap it is not found
    }
  }

  @Test
  void oneSeedGivesOneCourseOfEvents() {
    assertThat(run(7)).isEqualTo(run(7));
  }
}
