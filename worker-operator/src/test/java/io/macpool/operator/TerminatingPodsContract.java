package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.OperatorBench.pool;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pods on their way out count for, on our simulator and on a real API server. */
abstract class TerminatingPodsContract {

  private OperatorBench bench;

  /** An API and the operator to start on it. */
  abstract OperatorBench bench(String... flags);

  @BeforeEach
  void start() {
    bench = bench().start();
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private List<Pod> pods() {
    return bench
        .client
        .pods()
        .inNamespace(bench.namespace)
        .withLabel("name", "wc")
        .list()
        .getItems();
  }

  private void delete(Pod pod) {
    bench.client.pods().inNamespace(bench.namespace).withName(pod.getMetadata().getName()).delete();
  }

  private String metric(String name, int value) {
    return "%s{cluster=\"wc\",namespace=\"%s\"} %d".formatted(name, bench.namespace, value);
  }

  /** It finishes what it was granted; both would be one job twice. */
  @Test
  void aJobThatEndsWithItsPodTakesOneSlot() {
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(pool("macs", 4));
    bench.apply(cluster("wc", 2, 1, "  hardwarePool: macs"));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    List<FakeWorker> old = bench.workers.of("wc");
    pods().forEach(this::delete);
    eventually(() -> assertThat(old).allMatch(worker -> worker.expected() == 0));
    eventually(
        () ->
            assertThat(bench.metrics())
                .contains(metric("cluster_processors_bound", 2), metric("cluster_jobs_running", 2))
                .contains(
                    "pool_slots_used{namespace=\"%s\",pool=\"macs\"} 2"
                        .formatted(bench.namespace)));
    eventually(
        () -> {
          assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("False Draining");
          assertThat(bench.status("wc").conditions.toString())
              .contains("2 of 2 jobs wait until 2 that run in pods on their way out");
          assertThat(bench.status("wc").workerStatuses)
              .filteredOn(worker -> "Terminating".equals(worker.phase))
              .hasSize(2)
              .allSatisfy(
                  worker -> {
                    assertThat(worker.currentPoolSize).isEqualTo(1);
                    assertThat(worker.requestedPoolSize).isZero();
                  });
        });
    bench.apply(cluster("other", 2, 2, "  hardwarePool: macs"));
    eventually(
        () -> assertThat(bench.workers.alive("other")).as("the slots that are free").isEqualTo(2));
    assertThat(bench.workers.alive("wc")).as("no job is killed").isEqualTo(2);
    assertThat(bench.workers.mostInAll()).isLessThanOrEqualTo(4);
    old.forEach(FakeWorker::finishAllJobs);
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    assertThat(bench.workers.mostAlive("wc")).isEqualTo(2);
  }

  /** Its successor can't start either: that is one pod that can't start, not two. */
  @Test
  void aPodThatNeverStartedAndGoesIsNotStuckBesideItsSuccessor() {
    bench.apply(cluster("wc", 1, 1, "") + "      envFrom: [{secretRef: {name: not-there}}]\n");
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Degraded")).isEqualTo("True PodsCantStart"));
    Pod held = pods().get(0);
    String name = held.getMetadata().getName();
    finalizers(held, List.of("example.com/backup"));
    delete(held);
    String stuck =
        "cluster_pods_stuck{cluster=\"wc\",namespace=\"%s\",reason=\"CreateContainerConfigError\"} 1"
            .formatted(bench.namespace);
    eventually(
        () -> {
          assertThat(pods()).as("the one that goes, and its successor").hasSize(2);
          assertThat(bench.status("wc").conditions.toString())
              .contains("can't start since")
              .doesNotContain(name);
          assertThat(bench.metrics()).contains(stuck);
        });
    finalizers(held, List.of());
  }

  private void finalizers(Pod pod, List<String> finalizers) {
    bench
        .client
        .pods()
        .inNamespace(bench.namespace)
        .withName(pod.getMetadata().getName())
        .edit(
            live -> {
              live.getMetadata().setFinalizers(finalizers);
              return live;
            });
  }
}
