package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.macpool.operator.api.WorkerClusterStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a WorkerCluster's people are promised: true on our simulator and on a real API server. */
abstract class WorkerClusterContract {

  private OperatorBench bench;

  /** An API and the operator to start on it. */
  abstract OperatorBench bench();

  @BeforeEach
  void start() {
    bench = bench().start();
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void anOldResourceGetsItsDeploymentItsCredentialAndItsPoolSizes() {
    bench.apply(cluster("worker-com", 8, 3, ""));
    eventually(() -> assertThat(bench.workers.sizes("worker-com")).containsExactly(3, 3, 2));
    eventually(
        () -> {
          WorkerClusterStatus status = bench.status("worker-com");
          assertThat(status.workerStatuses)
              .hasSize(3)
              .allSatisfy(
                  worker -> {
                    assertThat(worker.phase).isEqualTo("Running");
                    assertThat(worker.currentPoolSize).isEqualTo(worker.requestedPoolSize);
                    assertThat(worker.expectedPoolSize).isEqualTo(worker.requestedPoolSize);
                  });
          assertThat(status.desiredJobs).isEqualTo(8);
          assertThat(status.selector).isEqualTo("name=worker-com");
          assertThat(condition(status, "Ready")).isEqualTo("True PoolSizesAssigned");
          assertThat(condition(status, "Progressing")).isEqualTo("False Settled");
          assertThat(condition(status, "Degraded")).isEqualTo("False AsExpected");
        });

    Deployment deployment = deployment("worker-com");
    assertThat(deployment.getSpec().getReplicas()).isEqualTo(3);
    assertThat(
            deployment.getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal())
        .isZero();
    var pod = deployment.getSpec().getTemplate().getSpec();
    assertThat(pod.getTerminationGracePeriodSeconds()).isEqualTo(7200);
    assertThat(pod.getContainers().get(0).getEnv())
        .extracting(variable -> variable.getName())
        .contains("TRAVIS_WORKER_REMOTE_CONTROLLER_ADDR", "TRAVIS_WORKER_POOL_SIZE");
    String auth =
        bench
            .workers
            .of("worker-com")
            .get(0)
            .launch()
            .env()
            .get("TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH");
    assertThat(auth).startsWith("worker:").isNotEqualTo("worker:worker").hasSizeGreaterThan(30);
    assertThat(bench.workers.mostAlive("worker-com")).isEqualTo(8);
  }

  @Test
  void aLowerLimitDrainsWithoutKillingAndAHigherOneGrows() {
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(cluster("wc", 8, 3, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(8));
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 4);
    // Two pods stay; what the third still runs is not theirs to have before it ends.
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(1, 1, 0));
    assertThat(bench.workers.alive("wc")).as("nobody is killed").isEqualTo(8);
    assertThat(deployment("wc").getSpec().getReplicas()).as("drained before it goes").isEqualTo(3);
    bench.workers.of("wc").forEach(FakeWorker::finishAllJobs);
    eventually(() -> assertThat(deployment("wc").getSpec().getReplicas()).isEqualTo(2));
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(2, 2));
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 6);
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(3, 3));
  }

  @Test
  void duringARolloutNewPodsGrowOnlyAsOldOnesDrain() {
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(cluster("wc", 4, 2, ""));
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(2, 2));
    var old = bench.workers.of("wc");
    bench.edit("wc", wc -> wc.getSpec().template.spec.image = "travisci/worker:v6.3.0");
    eventually(() -> assertThat(bench.workers.of("wc").size()).isGreaterThan(2));
    old.forEach(FakeWorker::finishJob);
    eventually(
        () -> {
          old.forEach(FakeWorker::finishJob);
          assertThat(old).allMatch(FakeWorker::ended);
        });
    eventually(
        () -> {
          // A new pod may have had to give some up to the next: those jobs end as all do.
          bench.workers.of("wc").forEach(FakeWorker::finishJob);
          assertThat(bench.workers.sizes("wc")).containsExactly(2, 2);
        });
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(4);
    assertThat(bench.workers.mostInOne("wc")).isLessThanOrEqualTo(2);
  }

  @Test
  void aHungPodDelaysOnlyItselfAndKeepsCounting() {
    bench.apply(cluster("wc", 8, 3, ""));
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(3, 3, 2));
    FakeWorker hung = bench.workers.of("wc").get(0);
    int held = hung.alive();
    hung.hang(true);
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 7);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(7));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Degraded"))
                .isEqualTo("True WorkersUnreachable"));
    assertThat(hung.alive()).isEqualTo(held);
    hung.hang(false);
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
  }

  @Test
  void aRestartForgetsNothingThatCounts() {
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(cluster("wc", 4, 4, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(4));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    bench.workers.of("wc").get(0).hang(true);
    bench.edit("wc", wc -> wc.getSpec().maxJobsPerWorker = 2);
    bench.restart();
    eventually(() -> assertThat(bench.workers.of("wc")).hasSize(2));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Degraded"))
                .isEqualTo("True WorkersUnreachable"));
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(4);
  }

  @Test
  void deletingDrainsAndLeavesNothing() {
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    FakeWorker worker = bench.workers.of("wc").get(0);
    bench.client.resource(bench.get("wc")).delete();
    eventually(() -> assertThat(worker.expected()).isZero());
    assertThat(bench.get("wc")).as("waits for its jobs").isNotNull();
    worker.finishAllJobs();
    eventually(
        () -> {
          assertThat(bench.get("wc")).isNull();
          assertThat(all(bench.client.pods())).isEmpty();
          assertThat(all(bench.client.secrets())).isEmpty();
          assertThat(all(bench.client.apps().deployments())).isEmpty();
        });
  }

  @Test
  void aGoWorkerThatIgnoresZeroIsMadeToFinish() {
    bench.workers.prepare(FakeWorker::ignoreZero);
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 0);
    eventually(() -> assertThat(bench.workers.alive("wc")).isZero());
    eventually(() -> assertThat(deployment("wc").getSpec().getReplicas()).isZero());
  }

  @Test
  void aSecondLookChangesNothing() {
    bench.apply(cluster("wc", 8, 3, ""));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    eventually(
        () -> assertThat(condition(bench.status("wc"), "Progressing")).isEqualTo("False Settled"));
    int patches = bench.workers.all().stream().mapToInt(FakeWorker::patches).sum();
    String cluster = bench.get("wc").getMetadata().getResourceVersion();
    String deployment = deployment("wc").getMetadata().getResourceVersion();
    await()
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                bench.get("wc").getMetadata().getResourceVersion().equals(cluster)
                    && deployment("wc").getMetadata().getResourceVersion().equals(deployment));
    assertThat(bench.workers.all().stream().mapToInt(FakeWorker::patches).sum()).isEqualTo(patches);
  }

  static String condition(WorkerClusterStatus status, String type) {
    return status.conditions.stream()
        .filter(condition -> condition.getType().equals(type))
        .map(condition -> condition.getStatus() + " " + condition.getReason())
        .findFirst()
        .orElse("none");
  }

  private <T extends HasMetadata, L extends KubernetesResourceList<T>> List<T> all(
      MixedOperation<T, L, ?> resources) {
    return resources.inNamespace(bench.namespace).list().getItems();
  }

  private Deployment deployment(String name) {
    return bench.client.apps().deployments().inNamespace(bench.namespace).withName(name).get();
  }
}
