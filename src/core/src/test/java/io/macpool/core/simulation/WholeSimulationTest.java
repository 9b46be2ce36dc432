package io.macpool.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The promises of jobs over the whole in virtual time. More seeds by {@code
 * -Dsimulation.seeds=10000}, others by {@code -Dsimulation.first=N}.
 */
class WholeSimulationTest {

  private static Whole.Result run(long seed, Set<Mishap> kinds, Planted planted) {
    Whole whole = new Whole(seed, kinds, planted);
    try {
      return whole.run();
    } catch (RuntimeException e) {
      throw new AssertionError(
          "seed %d: %s%n%s".formatted(seed, e.getMessage(), whole.time().story()), e);
    }
  }

  @Test
  void everyJobEndsOnceWhateverHappens() {
    long first = Long.getLong("simulation.first", 1);
    int seeds = Integer.getInteger("simulation.seeds", 40);
    long events = 0;
    int jobs = 0;
    int runs = 0;
    int resets = 0;
    int overlaps = 0;
    Duration simulated = Duration.ZERO;
    List<String> failures = new ArrayList<>();
    for (long seed = first; seed < first + seeds; seed++) {
      try {
        Whole.Result result = run(seed, Whole.someOf(seed), Planted.NOTHING);
        events += result.events();
        jobs += result.jobs();
        runs += result.runs();
        resets += result.resets();
        overlaps += result.overlaps();
        simulated = simulated.plus(result.simulated());
      } catch (AssertionError e) {
        failures.add(e.getMessage());
      }
    }
    System.out.printf(
        "%d seeds: %d events, %d jobs, %d runs, %d resets, %d beside one out of reach, %s%n",
        seeds, events, jobs, runs, resets, overlaps, simulated);
    assertThat(failures).isEmpty();
  }

  /** A simulation that finds nothing may look at nothing. */
  @ParameterizedTest
  @CsvSource({
    "ACKS_BEFORE_CONFIRM, REPORTS_FAIL, no job lost",
    "NO_CLAIM_BEFORE_RUN, TAKEN_BACK, no job run by two who live",
    "NO_LEASE, CUT_OFF, no job run by two who live",
    "LAST_WORD_COUNTS, CUT_OFF, one end",
    "DEAF_TO_CANCELS, NODE_GONE, one end",
    "LOST_SESSION_PASSES, SESSION_LOST, no false result",
    "RELEASES_ONCE, INSTANCE_CALLS_FAIL, nothing left",
    "BUSIEST_POD_GOES, EDITED, no job killed by scaling",
    "UNKNOWN_IS_ZERO, WORKER_STANDS_STILL, no limit passed"
  })
  void findsWhatBreaksAPromise(Planted planted, Mishap kind, String promise) {
    Set<Mishap> kinds = kind == null ? Set.of() : Set.of(kind);
    List<String> found = new ArrayList<>();
    long seed = 0;
    while (found.isEmpty() && ++seed <= 40) {
      try {
        run(seed, kinds, planted);
      } catch (AssertionError e) {
        e.getMessage().lines().limit(1).filter(line -> line.contains(promise)).forEach(found::add);
      }
    }
    System.out.println(planted + ": " + found);
    assertThat(found).as("seeds that break: %s", promise).hasSize(1);
    if (kind != null) {
      run(seed, Set.of(), planted); // without that kind of mishap it is not found
    }
  }

  @Test
  void oneSeedGivesOneCourseOfEvents() {
    assertThat(run(8, Whole.someOf(8), Planted.NOTHING))
        .isEqualTo(run(8, Whole.someOf(8), Planted.NOTHING));
  }
}
