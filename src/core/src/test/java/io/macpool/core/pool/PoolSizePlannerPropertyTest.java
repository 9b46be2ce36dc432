package io.macpool.core.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.macpool.core.Observed;
import io.macpool.core.pool.PoolSizePlan.Assignment;
import io.macpool.core.pool.WorkerPod.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PoolSizePlannerPropertyTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @Property
  void growthNeverTakesMoreThanTheLimitLeaves(
      @ForAll @IntRange(max = 40) int limit,
      @ForAll @IntRange(min = 1, max = 6) int perWorker,
      @ForAll("fleets") List<WorkerPod> pods) {
    int before = pods.stream().mapToInt(WorkerPod::bound).sum();
    PoolSizePlan plan = PoolSizePlanner.plan(limit, perWorker, pods);
    assertThat(plan.bound()).isLessThanOrEqualTo(Math.max(limit, before));
    int worst = 0;
    for (WorkerPod pod : pods) {
      Assignment assignment = plan.assignments().get(pod.id());
      int expected = Math.max(pod.believed().expected(), pod.granted());
      int sent = assignment == null ? 0 : assignment.send();
      worst += pod.believed().finishing() + Math.max(expected, sent);
    }
    assertThat(worst).isEqualTo(plan.bound());
  }

  @Property
  void targetsAreEvenBoundedAndExplicit(
      @ForAll @IntRange(max = 40) int limit,
      @ForAll @IntRange(min = 1, max = 6) int perWorker,
      @ForAll("fleets") List<WorkerPod> pods) {
    PoolSizePlan plan = PoolSizePlanner.plan(limit, perWorker, pods);
    List<Integer> serving = new ArrayList<>();
    for (WorkerPod pod : pods) {
      Assignment assignment = plan.assignments().get(pod.id());
      if (!pod.size().isKnown() || pod.standing() == Standing.TERMINATING) {
        assertThat(assignment).isNull();
        continue;
      }
      assertThat(assignment.send()).isBetween(0, assignment.target());
      if (pod.standing() == Standing.RETIRING) {
        assertThat(assignment.target()).isZero();
      } else {
        serving.add(assignment.target());
        assertThat(assignment.target()).isLessThanOrEqualTo(perWorker);
      }
    }
    if (!serving.isEmpty()) {
      assertThat(Collections.max(serving) - Collections.min(serving)).isLessThanOrEqualTo(1);
    }
  }

  @Property
  void roomGoesOneByOneToThePodThatHasLeast(
      @ForAll @IntRange(max = 40) int limit,
      @ForAll @IntRange(min = 1, max = 6) int perWorker,
      @ForAll("fleets") List<WorkerPod> pods) {
    Map<String, Assignment> told = PoolSizePlanner.plan(limit, perWorker, pods).assignments();
    Map<String, Integer> holds = new HashMap<>();
    pods.forEach(pod -> holds.put(pod.id(), held(pod)));
    int room = limit - pods.stream().mapToInt(WorkerPod::bound).sum();
    for (int left = room; left > 0; left--) {
      pods.stream()
          .filter(pod -> told.containsKey(pod.id()))
          .filter(pod -> holds.get(pod.id()) < told.get(pod.id()).target())
          .filter(pod -> pod.bound() + holds.get(pod.id()) - held(pod) < perWorker)
          .min(
              Comparator.comparing((WorkerPod pod) -> holds.get(pod.id()))
                  .thenComparing(WorkerPod::id))
          .ifPresent(least -> holds.merge(least.id(), 1, Integer::sum));
    }
    told.forEach(
        (id, assignment) ->
            assertThat(assignment.send()).isEqualTo(Math.min(assignment.target(), holds.get(id))));
  }

  private static int held(WorkerPod pod) {
    return Math.max(pod.believed().expected(), pod.granted());
  }

  /** To look at every pod for each job of the limit would take minutes. */
  @Test
  void tenThousandPodsGrowInAMoment() {
    List<WorkerPod> pods =
        IntStream.range(0, 10_000)
            .mapToObj(
                i ->
                    new WorkerPod(
                        "pod-" + i,
                        Standing.SERVING,
                        Observed.known(PoolSize.NONE, NOW),
                        PoolSize.NONE,
                        0,
                        0))
            .toList();
    PoolSizePlan plan =
        assertTimeoutPreemptively(
            Duration.ofSeconds(60), () -> PoolSizePlanner.plan(2_000_000, 200, pods));
    assertThat(plan.bound()).isEqualTo(2_000_000);
  }

  @Property
  void orderOfPodsDoesNotMatter(
      @ForAll @IntRange(max = 40) int limit,
      @ForAll @IntRange(min = 1, max = 6) int perWorker,
      @ForAll("fleets") List<WorkerPod> pods,
      @ForAll Random random) {
    List<WorkerPod> shuffled = new ArrayList<>(pods);
    Collections.shuffle(shuffled, random);
    assertThat(PoolSizePlanner.plan(limit, perWorker, shuffled))
        .isEqualTo(PoolSizePlanner.plan(limit, perWorker, pods));
  }

  @Property
  void obedientWorkersWhoseJobsEndReachTheWholeLimitAndStay(
      @ForAll @IntRange(max = 40) int limit,
      @ForAll @IntRange(min = 1, max = 6) int perWorker,
      @ForAll("fleets") List<WorkerPod> generated) {
    List<WorkerPod> pods =
        generated.stream()
            .filter(pod -> pod.standing() == Standing.SERVING && pod.size().isKnown())
            .toList();
    for (int round = 0; round < 4; round++) {
      pods = obey(pods, PoolSizePlanner.plan(limit, perWorker, pods));
    }
    PoolSizePlan plan = PoolSizePlanner.plan(limit, perWorker, pods);
    assertThat(plan.settled()).isTrue();
    assertThat(plan.bound()).isEqualTo(Math.min(limit, perWorker * pods.size()));
    assertThat(obey(pods, plan)).isEqualTo(pods);
  }

  @Property
  void aLimitOneHigherOrLowerMovesOnePodOnly(
      @ForAll @IntRange(min = 1, max = 40) int limit,
      @ForAll @IntRange(min = 1, max = 6) int perWorker,
      @ForAll @IntRange(min = 1, max = 10) int count,
      @ForAll boolean up) {
    Map<String, Integer> before = settledSizes(limit, perWorker, count, Map.of());
    Map<String, Integer> after = settledSizes(up ? limit + 1 : limit - 1, perWorker, count, before);
    long moved =
        before.keySet().stream().filter(id -> !before.get(id).equals(after.get(id))).count();
    assertThat(moved).isLessThanOrEqualTo(1);
  }

  /**
   * The promise itself, against a network that loses calls, delays them and repeats its lies: real
   * processors over all pods never exceed the limit while the limit does not fall, nor those in one
   * pod what one may run.
   */
  @Property(tries = 300)
  void processorsAliveNeverExceedTheLimitOnABadNetwork(
      @ForAll @IntRange(min = 1, max = 20) int limit,
      @ForAll @IntRange(min = 1, max = 5) int perWorker,
      @ForAll Random random) {
    Map<String, RealWorker> real = new HashMap<>();
    Map<String, PoolSize> told = new HashMap<>();
    Map<String, Integer> granted = new HashMap<>();
    int pods = 1 + random.nextInt(6);
    for (int round = 0; round < 40; round++) {
      if (real.size() < pods || random.nextInt(8) == 0) {
        real.put("pod-" + round, new RealWorker());
      }
      List<WorkerPod> seen = new ArrayList<>();
      real.forEach(
          (id, worker) -> {
            worker.work(random);
            boolean answers = random.nextInt(5) > 0;
            seen.add(
                new WorkerPod(
                    id,
                    worker.terminating ? Standing.TERMINATING : Standing.SERVING,
                    answers ? Observed.known(worker.size(), NOW) : Observed.unknown("lost", NOW),
                    told.getOrDefault(id, PoolSize.NONE),
                    granted.getOrDefault(id, 0),
                    0));
            if (answers) {
              told.put(id, worker.size());
            }
          });
      PoolSizePlan plan = PoolSizePlanner.plan(limit, perWorker, seen);
      plan.assignments().forEach((id, assignment) -> granted.put(id, assignment.send()));
      plan.assignments()
          .forEach(
              (id, assignment) -> {
                if (random.nextInt(4) > 0) {
                  real.get(id).resize(assignment.send());
                }
              });
      int alive = real.values().stream().mapToInt(worker -> worker.size().alive()).sum();
      assertThat(alive).isLessThanOrEqualTo(limit);
      assertThat(real.values())
          .allSatisfy(each -> assertThat(each.size().alive()).isLessThanOrEqualTo(perWorker));
      terminateAndRemove(real, told, granted, random);
    }
  }

  private static void terminateAndRemove(
      Map<String, RealWorker> real,
      Map<String, PoolSize> told,
      Map<String, Integer> granted,
      Random random) {
    if (random.nextInt(6) == 0) {
      real.values().stream().findFirst().ifPresent(worker -> worker.terminate());
    }
    real.entrySet().removeIf(e -> e.getValue().terminating && e.getValue().size().alive() == 0);
    told.keySet().retainAll(real.keySet());
    granted.keySet().retainAll(real.keySet());
  }

  /** A worker as both implementations behave: what it shrinks by finishes, growth adds to that. */
  private static final class RealWorker {
    int expected;
    int finishing;
    boolean terminating;

    PoolSize size() {
      return new PoolSize(expected + finishing, expected);
    }

    void resize(int size) {
      if (!terminating) {
        finishing += Math.max(0, expected - size);
        expected = size;
      }
    }

    void work(Random random) {
      finishing -= finishing > 0 && random.nextBoolean() ? 1 : 0;
    }

    void terminate() {
      terminating = true;
      finishing += expected;
      expected = 0;
    }
  }

  private static Map<String, Integer> settledSizes(
      int limit, int perWorker, int count, Map<String, Integer> from) {
    List<WorkerPod> pods =
        IntStream.range(0, count)
            .mapToObj(
                i -> {
                  int size = from.getOrDefault("pod-" + i, 0);
                  return pod("pod-" + i, Standing.SERVING, new PoolSize(size, size), size, true);
                })
            .toList();
    Map<String, Integer> sizes = new HashMap<>();
    PoolSizePlanner.plan(limit, perWorker, pods)
        .assignments()
        .forEach((id, assignment) -> sizes.put(id, assignment.target()));
    return sizes;
  }

  private static List<WorkerPod> obey(List<WorkerPod> pods, PoolSizePlan plan) {
    List<WorkerPod> after = new ArrayList<>();
    for (WorkerPod pod : pods) {
      int size = plan.assignments().get(pod.id()).send();
      after.add(pod(pod.id(), pod.standing(), new PoolSize(size, size), size, true));
    }
    return after;
  }

  @Provide
  Arbitrary<List<WorkerPod>> fleets() {
    Arbitrary<WorkerPod> pod =
        Combinators.combine(
                Arbitraries.of(Standing.class),
                Arbitraries.integers().between(0, 5),
                Arbitraries.integers().between(0, 4),
                Arbitraries.integers().between(0, 6),
                Arbitraries.of(true, true, true, false))
            .as(
                (standing, expected, finishing, granted, known) ->
                    pod(
                        "unnamed",
                        standing,
                        new PoolSize(expected + finishing, expected),
                        granted,
                        known));
    return pod.list()
        .ofMaxSize(8)
        .map(
            pods -> {
              List<WorkerPod> named = new ArrayList<>();
              for (WorkerPod each : pods) {
                named.add(
                    pod(
                        "pod-" + named.size(),
                        each.standing(),
                        each.lastSize(),
                        each.granted(),
                        each.size().isKnown()));
              }
              return named;
            });
  }

  private static WorkerPod pod(
      String id, Standing standing, PoolSize size, int granted, boolean known) {
    Observed<PoolSize> seen = known ? Observed.known(size, NOW) : Observed.unknown("lost", NOW);
    return new WorkerPod(id, standing, seen, size, granted, size.alive());
  }
}
