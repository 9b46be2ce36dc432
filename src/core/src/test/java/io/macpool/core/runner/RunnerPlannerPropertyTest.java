package io.macpool.core.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.Observed;
import io.macpool.core.runner.Runner.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RunnerPlannerPropertyTest {

  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Set<Phase> MAY_GO = EnumSet.of(Phase.PREPARING, Phase.IDLE);

  /** One situation. */
  record Scene(
      RunnerPolicy policy,
      Observed<Integer> assigned,
      Observed<Integer> room,
      List<Runner> runners) {

    RunnerPlan plan() {
      return RunnerPlanner.plan(policy, assigned, room, runners);
    }

    int live() {
      return (int) runners.stream().filter(each -> each.phase() != Phase.ENDING).count();
    }

    int held() {
      return (int) runners.stream().filter(Runner::held).count();
    }

    int desired() {
      return Math.min(policy.most(), assigned.toOptional().orElseThrow() + policy.spare());
    }
  }

  @Property
  void whoHasAJobIsNeverGivenUp(@ForAll("scenes") Scene scene) {
    List<String> retired = scene.plan().retire();

    assertThat(scene.runners())
        .filteredOn(each -> retired.contains(each.id()))
        .hasSize(retired.size())
        .allMatch(each -> MAY_GO.contains(each.phase()));
    assertThat(retired).doesNotHaveDuplicates();
  }

  @Property
  void unknownHolds(@ForAll("scenes") Scene scene) {
    RunnerPlan plan = scene.plan();

    if (!scene.assigned().isKnown()) {
      assertThat(plan.create()).isZero();
      assertThat(plan.retire()).isEmpty();
      assertThat(plan.reason()).contains("hold");
    }
    if (!scene.room().isKnown()) {
      assertThat(plan.create()).isZero();
      assertThat(plan.capacity()).as("nothing beyond what is there").isEqualTo(scene.live());
    }
  }

  @Property
  void neitherTheLimitNorTheRoomIsExceeded(@ForAll("scenes") Scene scene) {
    RunnerPlan plan = scene.plan();

    assertThat(plan.create()).isNotNegative();
    if (plan.create() > 0) {
      assertThat(scene.live() + plan.create()).isLessThanOrEqualTo(scene.desired());
      assertThat(scene.held() + plan.create())
          .isLessThanOrEqualTo(scene.room().toOptional().orElseThrow());
      assertThat(plan.retire()).isEmpty();
    }
    scene
        .room()
        .toOptional()
        .ifPresent(
            room ->
                assertThat(plan.capacity())
                    .isLessThanOrEqualTo(room)
                    .isLessThanOrEqualTo(scene.policy().most()));
  }

  @Property
  void allThatIsWantedAndPossibleIsDone(@ForAll("scenes") Scene scene) {
    if (!scene.assigned().isKnown() || !scene.room().isKnown()) {
      return;
    }
    RunnerPlan plan = scene.plan();
    int after = scene.live() + plan.create() - plan.retire().size();
    int room = Math.max(0, scene.room().toOptional().orElseThrow() - scene.held());
    long fixed =
        scene.runners().stream()
            .filter(each -> each.phase() == Phase.BUSY || each.phase() == Phase.UNSETTLED)
            .count();

    assertThat(after)
        .isEqualTo(
            scene.live() >= scene.desired()
                ? Math.max(scene.desired(), (int) fixed)
                : Math.min(scene.desired(), scene.live() + room));
  }

  @Example
  void aRunnerThatHasJustEndedIsNotMissing() {
    List<Runner> runners =
        List.of(new Runner("ended", Phase.UNSETTLED, false), new Runner("idle", Phase.IDLE, true));

    RunnerPlan plan =
        RunnerPlanner.plan(
            new RunnerPolicy(0, 10), Observed.known(2, NOW), Observed.known(10, NOW), runners);

    assertThat(plan.create()).isZero();
    assertThat(plan.retire()).isEmpty();
  }

  @Example
  void whatIsNotReadyGoesBeforeWhatIs() {
    List<Runner> runners =
        List.of(
            new Runner("boots", Phase.PREPARING, true),
            new Runner("boots, the younger", Phase.PREPARING, true),
            new Runner("idle", Phase.IDLE, true));

    RunnerPlan plan =
        RunnerPlanner.plan(
            new RunnerPolicy(0, 10), Observed.known(1, NOW), Observed.known(10, NOW), runners);

    assertThat(plan.retire()).containsExactly("boots, the younger", "boots");
  }

  @Provide
  Arbitrary<Scene> scenes() {
    Arbitrary<RunnerPolicy> policies =
        Combinators.combine(
                Arbitraries.integers().between(0, 3), Arbitraries.integers().between(1, 9))
            .as((spare, more) -> new RunnerPolicy(spare, spare + more));
    return Combinators.combine(policies, observed(14), observed(14), runners()).as(Scene::new);
  }

  private static Arbitrary<Observed<Integer>> observed(int most) {
    return Arbitraries.integers()
        .between(-2, most)
        .map(
            number ->
                number < 0 ? Observed.unknown("nobody told", NOW) : Observed.known(number, NOW));
  }

  private static Arbitrary<List<Runner>> runners() {
    return Combinators.combine(Arbitraries.of(Phase.class), Arbitraries.of(true, false))
        .as((phase, gone) -> new Runner("", phase, phase != Phase.UNSETTLED || !gone))
        .list()
        .ofMaxSize(12)
        .map(
            made -> {
              List<Runner> named = new ArrayList<>();
              for (Runner each : made) {
                named.add(new Runner("runner-" + named.size(), each.phase(), each.held()));
              }
              return named;
            });
  }
}
