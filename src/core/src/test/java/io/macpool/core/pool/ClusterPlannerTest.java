package io.macpool.core.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.Observed;
import io.macpool.core.pool.WorkerPod.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterPlannerTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @Test
  void eightJobsOverThreePodsAreThreeThreeTwo() {
    ClusterPlan plan =
        ClusterPlanner.plan(
            8, 3, 3, 3, List.of(pod("a", 0, 0), pod("b", 0, 0), pod("c", 0, 0)), Set.of());
    assertThat(plan.sizes().assignments().values())
        .extracting(PoolSizePlan.Assignment::send)
        .containsExactly(3, 3, 2);
    assertThat(plan.replicas()).isEqualTo(3);
  }

  @Test
  void thePodWithFewestRunningJobsIsDrainedBeforeItGoes() {
    List<WorkerPod> busy = List.of(pod("a", 3, 3), pod("b", 3, 1), pod("c", 2, 2));
    ClusterPlan first = ClusterPlanner.plan(6, 3, 2, 3, busy, Set.of());
    assertThat(first.retiring()).containsExactly("b");
    assertThat(first.drained()).isEmpty();
    assertThat(first.sizes().assignments().get("b").send()).isZero();
    assertThat(first.replicas()).isEqualTo(3);

    List<WorkerPod> drained =
        List.of(pod("a", 3, 3), pod("b", 0, 0).standing(Standing.RETIRING), pod("c", 3, 2));
    ClusterPlan second = ClusterPlanner.plan(6, 3, 2, 3, drained, Set.of());
    assertThat(second.drained()).containsExactly("b");
    assertThat(second.replicas()).as("Kubernetes must know first which one goes").isEqualTo(3);

    ClusterPlan third = ClusterPlanner.plan(6, 3, 2, 3, drained, Set.of("b"));
    assertThat(third.replicas()).isEqualTo(2);

    ClusterPlan fourth = ClusterPlanner.plan(6, 3, 2, 2, drained, Set.of("b"));
    assertThat(fourth.retiring()).as("it is still there and must get nothing").contains("b");
    assertThat(fourth.sizes().assignments().get("b").send()).isZero();
  }

  @Test
  void theExtraPodOfARolloutIsNobodysToRetire() {
    List<WorkerPod> surging = List.of(pod("old-a", 3, 3), pod("old-b", 3, 3), pod("new", 0, 0));
    ClusterPlan plan = ClusterPlanner.plan(6, 3, 2, 2, surging, Set.of());
    assertThat(plan.retiring()).isEmpty();
    assertThat(plan.replicas()).isEqualTo(2);
  }

  @Test
  void podsThatDoNotExistYetNeedNoDraining() {
    ClusterPlan plan = ClusterPlanner.plan(3, 3, 1, 5, List.of(pod("a", 3, 3)), Set.of());
    assertThat(plan.retiring()).isEmpty();
    assertThat(plan.replicas()).isEqualTo(1);
  }

  @Test
  void meanRunTimeIsBusyTimeOverFinishedJobs() {
    RunTimes times = RunTimes.none(NOW);
    for (int minute = 1; minute <= 20; minute++) {
      times = times.observing(4, 2, NOW.plus(Duration.ofMinutes(minute)));
    }
    // Four run and two end each minute: two minutes each.
    assertThat(times.mean().orElseThrow())
        .isBetween(Duration.ofSeconds(118), Duration.ofSeconds(123));
    assertThat(RunTimes.none(NOW).mean()).isEmpty();
  }

  private static WorkerPod pod(String id, int size, int running) {
    PoolSize alive = new PoolSize(size, size);
    return new WorkerPod(id, Standing.SERVING, Observed.known(alive, NOW), alive, size, running);
  }
}
