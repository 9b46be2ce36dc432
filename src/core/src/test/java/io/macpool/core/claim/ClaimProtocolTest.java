package io.macpool.core.claim;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.claim.ClaimWorld.Fault;
import io.macpool.core.claim.ClaimWorld.Step;
import io.macpool.core.claim.RunClaimPlanner.Decision;
import io.macpool.core.claim.RunClaimPlanner.Ending;
import io.macpool.core.claim.RunClaimPlanner.Runner;
import io.macpool.core.claim.RunClaimPlanner.Sight;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Searches every run of the protocol of claims in a small world, and finds planted faults in it.
 */
class ClaimProtocolTest {

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void oneEndIsReportedAndNobodyRunsWhatALiveOneRuns(int workers) {
    assertThat(search(workers, Fault.NONE)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void aPlantedFaultIsFound(Fault fault) {
    assertThat(search(2, fault).or(() -> search(3, fault))).as(fault.name()).isPresent();
  }

  /** How a state was reached first. */
  private record Origin(ClaimWorld before, String step) {}

  /** The first state that breaks a promise, with the steps that lead there. */
  private static Optional<String> search(int workers, Fault fault) {
    ClaimWorld begin = ClaimWorld.begin(workers);
    Map<ClaimWorld, Origin> seen = new HashMap<>();
    Deque<ClaimWorld> open = new ArrayDeque<>();
    seen.put(begin, new Origin(begin, "begin"));
    open.add(begin);
    while (!open.isEmpty()) {
      ClaimWorld world = open.poll();
      List<Step> steps = world.steps(fault);
      for (Step step : steps) {
        if (seen.putIfAbsent(step.next(), new Origin(world, step.name())) == null) {
          Optional<String> broken = step.next().broken();
          if (broken.isPresent()) {
            return Optional.of(broken.get() + ": " + path(seen, step.next()));
          }
          open.add(step.next());
        }
      }
      if (steps.isEmpty() && !world.isSettled()) {
        return Optional.of("stuck: " + path(seen, world));
      }
    }
    return Optional.empty();
  }

  private static String path(Map<ClaimWorld, Origin> seen, ClaimWorld to) {
    Origin origin = seen.get(to);
    return origin.before().equals(to)
        ? origin.step()
        : path(seen, origin.before()) + " > " + origin.step();
  }

  @Test
  void theTableIsTotalAndUnknownMeansHold() {
    RunClaimPlanner planner = new RunClaimPlanner(Duration.ofSeconds(20));
    for (Runner runner : Runner.values()) {
      for (Ending ending : Ending.values()) {
        for (boolean before : new boolean[] {true, false}) {
          for (boolean free : new boolean[] {true, false}) {
            for (long seconds : new long[] {0, 19, 20, 39, 40}) {
              Sight sight =
                  new Sight(
                      before, false, false, runner, ending, Duration.ofSeconds(seconds), free);
              Decision decision = planner.decide(sight);
              assertThat(decision).isNotNull();
              if (runner == Runner.UNKNOWN || (before && ending == Ending.UNKNOWN)) {
                assertThat(decision).isIn(Decision.HOLD, Decision.ADOPT);
              }
              if (decision == Decision.RUN) {
                assertThat(runner).isEqualTo(Runner.NOBODY);
                assertThat(free).isTrue();
              }
              assertThat(planner.decide(lost(sight))).isEqualTo(Decision.FORGET);
            }
          }
        }
      }
    }
  }

  /** Nobody runs it: the lease would be waited for in vain. */
  @Test
  void whatWasGivenBackIsRunAtOnceUnlessItHasARunnerOrAnEnd() {
    RunClaimPlanner planner = new RunClaimPlanner(Duration.ofSeconds(20));
    for (Runner runner : Runner.values()) {
      for (Ending ending : Ending.values()) {
        Sight sight = new Sight(true, true, false, runner, ending, Duration.ZERO, true);
        boolean free = runner == Runner.NOBODY && ending == Ending.NONE;
        assertThat(planner.decide(sight) == Decision.RUN).as("%s", sight).isEqualTo(free);
      }
    }
    assertThat(
            planner.decide(
                new Sight(true, true, false, Runner.NOBODY, Ending.NONE, Duration.ZERO, false)))
        .as("nobody waits for a job here")
        .isEqualTo(Decision.GIVE_BACK);
  }

  private static Sight lost(Sight sight) {
    return new Sight(
        sight.handedOutBefore(),
        sight.givenBack(),
        true,
        sight.runner(),
        sight.ending(),
        sight.silentFor(),
        sight.processorFree());
  }
}
