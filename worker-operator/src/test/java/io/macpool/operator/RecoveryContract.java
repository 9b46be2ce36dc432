package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the operator makes good and what it tells meanwhile, on our simulator and on a real API
 * server.
 */
abstract class RecoveryContract {

  private OperatorBench bench;

  /** An API and the operator to start on it. */
  abstract OperatorBench bench(String... flags);

  @AfterEach
  void stop() {
    bench.close();
  }

  private void isReady(String cluster) {
    eventually(
        () ->
            assertThat(condition(bench.status(cluster), "Ready"))
                .isEqualTo("True PoolSizesAssigned"));
  }

  @Test
  void aLoneOperatorActsAgainWhenTheApiIsBack() {
    bench = bench("--leader-election", "true", "--lease-duration", "9s", "--api-timeout", "3s");
    bench.start();
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.cluster.freeze();
    eventually(
        () -> {
          assertThat(bench.operator().leads()).isFalse();
          assertThat(bench.admin("/health/ready"))
              .contains("can't be read or renewed")
              .doesNotContain("leads, by the Lease");
        });
    bench.cluster.thaw();
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 3);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(3));
  }

  /** The client notices after minutes that its watches hear nothing. */
  @Test
  void anEditIsSeenThoughItsWatchDiedInSilence() {
    bench = bench("--api-timeout", "3s").start();
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    isReady("wc");
    bench.cluster.forget();
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 3);
    bench.workers.of("wc").forEach(FakeWorker::busy); // what is to be written, on an old picture
    // It is read anew after ten conflicts, with growing pauses between them.
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              assertThat(bench.status("wc").desiredJobs).isEqualTo(3);
              assertThat(bench.deployment("wc").get().getSpec().getReplicas()).isEqualTo(3);
            });
  }

  /** Nobody knows any more what its pods were started with: new ones are made, with a new one. */
  @Test
  void aCredentialThatIsLostWhileNobodyLooksIsMadeAnewAndItsPodsRoll() {
    bench = bench().start();
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    isReady("wc");
    List<FakeWorker> old = bench.workers.of("wc");
    bench.operator().close();
    bench.client.secrets().inNamespace(bench.namespace).withName("wc-remote-control").delete();
    bench.start();
    eventually(
        () -> {
          assertThat(old).allMatch(FakeWorker::ended);
          assertThat(bench.workers.alive("wc")).isEqualTo(2);
        });
    isReady("wc");
    assertThat(bench.workers.mostAlive("wc")).as("old ones count until they end").isEqualTo(2);
  }

  @Test
  void aWorkerThatEndsAtOnceIsTold() {
    bench = bench().start();
    bench.workers.prepare(FakeWorker::kill);
    bench.apply(cluster("wc", 1, 1, ""));
    eventually(
        () -> {
          assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("False PodsCantStart");
          assertThat(condition(bench.status("wc"), "Degraded")).isEqualTo("True PodsCantStart");
          assertThat(bench.status("wc").conditions.toString()).contains("CrashLoopBackOff");
          assertThat(bench.events("wc")).contains("PodsCantStart");
          assertThat(bench.metrics())
              .contains(
                  "cluster_pods_stuck{cluster=\"wc\",namespace=\"%s\",reason=\"CrashLoopBackOff\"} 1"
                      .formatted(bench.namespace));
        });
    bench.workers.prepare(worker -> {});
    isReady("wc");
    assertThat(bench.status("wc").conditions.toString()).contains("1 job may run");
  }

  @Test
  void thePausedClustersNumbersGoOn() {
    bench = bench().start();
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.edit("wc", wc -> wc.getMetadata().setAnnotations(Map.of("travisci.com/paused", "true")));
    eventually(
        () -> assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("Unknown Paused"));
    assertThat(bench.status("wc").runningJobs).isZero();
    bench.workers.of("wc").forEach(FakeWorker::busy);
    eventually(() -> assertThat(bench.status("wc").runningJobs).isEqualTo(2));
  }

  @Test
  void ofTwoWithOneSelectorEachIsToldAndKeepsItsPods() {
    bench = bench().start();
    bench.apply(cluster("wc", 2, 1, ""));
    bench.apply(cluster("wc", 2, 1, "").replaceFirst("name: wc", "name: twin"));
    for (String each : List.of("wc", "twin")) {
      eventually(
          () ->
              assertThat(condition(bench.status(each), "Degraded"))
                  .isEqualTo("True SelectorOverlaps"));
      isReady(each);
      assertThat(bench.status(each).workerStatuses)
          .hasSize(2)
          .allMatch(worker -> worker.name.startsWith(each + "-"));
    }
    assertThat(bench.workers.alive("wc")).as("two of each").isEqualTo(4);
  }
}
