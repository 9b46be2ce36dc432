package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.macpool.operator.api.BadSpecs;
import io.macpool.operator.api.BadSpecs.BadSpec;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How operator and API get along: true on our simulator and on a real API server. */
abstract class OperatorApiContract {

  private OperatorBench bench;

  /** An API and the operator to start on it. */
  abstract OperatorBench bench(String... flags);

  @BeforeEach
  void start() {
    bench = bench();
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void whatIsOursComesBackAndWhatIsOthersStays() {
    bench.start();
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    assertThat(deployment().get().getMetadata().getManagedFields())
        .filteredOn(entry -> entry.getManager().equals("worker-operator"))
        .extracting(ManagedFieldsEntry::getOperation)
        .containsExactly("Apply");

    String strays =
        "{\"metadata\":{\"annotations\":{\"team\":\"ci\"}},\"spec\":{\"replicas\":7,\"template\":"
            + "{\"spec\":{\"terminationGracePeriodSeconds\":1}}}}";
    deployment().patch(PatchContext.of(PatchType.JSON_MERGE), strays);
    eventually(
        () -> {
          assertThat(deployment().get().getSpec().getReplicas()).isEqualTo(2);
          assertThat(template().getTerminationGracePeriodSeconds()).isEqualTo(7_200);
        });
    assertThat(deployment().get().getMetadata().getAnnotations()).containsEntry("team", "ci");
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
  }

  private PodSpec template() {
    return deployment().get().getSpec().getTemplate().getSpec();
  }

  @Test
  void aBadSpecIsRefusedOrNamedInACondition() {
    bench.start();
    List<BadSpec> bad = BadSpecs.all();
    for (int i = 0; i < bad.size(); i++) {
      BadSpec each = bad.get(i);
      String name = "bad-" + i;
      KubernetesClientException refused =
          catchThrowableOfType(
              KubernetesClientException.class, () -> bench.create(name, each.spec()));
      if (refused != null) {
        assertThat(refused.getCode()).isEqualTo(422);
        assertThat(refused.getMessage()).as(each.change()).contains(each.field());
      } else {
        assertThat(bench.cluster.evaluatesRules()).as("%s slipped in", each).isFalse();
        eventually(
            () ->
                assertThat(bench.status(name).conditions)
                    .as(each.change())
                    .anySatisfy(c -> assertThat(c.getMessage()).contains(each.field())));
      }
    }
    assertThat(bench.client.apps().deployments().inNamespace(bench.namespace).list().getItems())
        .isEmpty();
  }

  @Test
  void anObjectThatCantBeReadIsItsOwnFaultAlone() throws IOException {
    // As an older definition took it: an API server keeps 64 bits.
    String crds = Files.readString(OperatorBench.CRDS.resolve("workerclusters.travisci.com.yaml"));
    crds +=
        "---\n" + Files.readString(OperatorBench.CRDS.resolve("hardwarepools.travisci.com.yaml"));
    bench.cluster.define(crds.replaceAll("(?m)^ *maximum: .*\n", ""));
    bench.create("before", BadSpecs.good().put("maxJobsPerWorker", 3_000_000_000L));
    bench.apply(cluster("wc", 2, 2, ""));
    bench.start();
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.create("after", BadSpecs.good().put("weight", 3_000_000_000L));
    bench.apply(OperatorBench.pool("macs", 7).replace("7", "3000000000"));
    for (String bad : List.of("before", "after")) {
      eventually(
          () ->
              assertThat(bench.status(bad).conditions)
                  .anySatisfy(c -> assertThat(c.getMessage()).contains("3000000000")));
    }
    assertThat(bench.status("before").conditions)
        .anySatisfy(
            c -> assertThat(c.getMessage()).contains("spec.maxJobsPerWorker can't be read"));
    eventually(
        () -> {
          assertThat(bench.pool("macs").getStatus()).isNotNull();
          assertThat(bench.pool("macs").getStatus().conditions)
              .anySatisfy(c -> assertThat(c.getMessage()).contains("spec.slots can't be read"));
        });
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 3);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(3));
  }

  @Test
  void aSelectorStaysAsItIsWhereRulesAreHeld() {
    bench.create("wc", BadSpecs.good());
    KubernetesClientException refused =
        catchThrowableOfType(
            KubernetesClientException.class,
            () ->
                bench.edit(
                    "wc",
                    wc -> {
                      wc.getSpec().selector.matchLabels = Map.of("name", "other");
                      wc.getSpec().template.metadata.labels = Map.of("name", "other");
                    }));
    assertThat(refused != null).isEqualTo(bench.cluster.evaluatesRules());
    if (refused != null) {
      assertThat(refused.getMessage()).contains("spec.selector is immutable");
    }
  }

  @Test
  void scaleIsJobs() {
    bench.start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    resource().scale(5);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(5));
    eventually(
        () -> {
          Scale scale = scale();
          assertThat(scale.getSpec().getReplicas()).isEqualTo(5);
          assertThat(scale.getStatus().getReplicas()).isEqualTo(5);
          assertThat(scale.getStatus().getSelector()).isEqualTo("name=wc");
        });
  }

  private Scale scale() {
    String path =
        "/apis/travisci.com/v1alpha1/namespaces/" + bench.namespace + "/workerclusters/wc/scale";
    return Serialization.unmarshal(bench.client.raw(path), Scale.class);
  }

  @Test
  void statusIsTheOperatorsAndSpecThePersons() {
    bench.start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    Long generation = bench.get("wc").getMetadata().getGeneration();
    // A manifest with a status in it, as an export has, changes none.
    bench.edit(
        "wc",
        wc -> {
          wc.setStatus(new WorkerClusterStatus());
          wc.getStatus().desiredJobs = 99;
        });
    assertThat(bench.status("wc").desiredJobs).isEqualTo(2);
    assertThat(bench.get("wc").getMetadata().getGeneration()).isEqualTo(generation);
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 3);
    eventually(() -> assertThat(bench.status("wc").observedGeneration).isEqualTo(generation + 1));
    eventually(() -> assertThat(bench.status("wc").desiredJobs).isEqualTo(3));
  }

  @Test
  void editsThatRaceWithItsOwnWritesAllCountAndNeverGrantTooMuch() {
    bench.start();
    bench.apply(cluster("wc", 4, 2, ""));
    for (int maxJobs : new int[] {9, 2, 12, 5, 1, 8, 3, 7, 12, 6}) {
      bench.edit("wc", wc -> wc.getSpec().maxJobs = maxJobs);
    }
    eventually(() -> assertThat(bench.status("wc").desiredJobs).isEqualTo(6));
    eventually(() -> assertThat(bench.workers.sizes("wc")).startsWith(2, 2, 2));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(6));
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(12);
  }

  @Test
  void watchesThatBreakOrHaveMissedTooMuchGoOn() {
    bench.start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.cluster.cut();
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 4);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(4));
    int expired = bench.cluster.expiredWatches();
    bench.cluster.compact();
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 6);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(6));
    eventually(() -> assertThat(bench.cluster.expiredWatches()).isGreaterThan(expired));
    // What went while nobody watched is noticed too.
    bench.cluster.compact();
    bench.client.resource(bench.get("wc")).delete();
    eventually(() -> assertThat(bench.get("wc")).isNull());
    eventually(() -> assertThat(deployment().get()).isNull());
    assertThat(bench.workers.mostAlive("wc")).isEqualTo(6);
  }

  @Test
  void thoseThatHoldNothingGoFirst() {
    bench.workers.prepare(FakeWorker::busy);
    bench.start();
    bench.apply(cluster("wc", 6, 2, ""));
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(2, 2, 2));
    FakeWorker idle = bench.workers.of("wc").get(1);
    idle.finishAllJobs();
    // Its reports say from now on that it runs nothing; the others are full.
    eventually(() -> assertThat(bench.status("wc").runningJobs).isEqualTo(4));
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 4);
    eventually(() -> assertThat(idle.ended()).isTrue());
    assertThat(bench.workers.alive("wc")).as("the busy ones go on").isEqualTo(4);
  }

  @Test
  void oneOfTwoLeadsAndTheOtherTakesOver() {
    bench.close();
    bench = bench("--leader-election", "true", "--lease-duration", "3s", "--pod-name", "one");
    bench.start();
    eventually(() -> assertThat(bench.operator().leads()).isTrue());
    try (Operator second = Operator.start(bench.settings("--pod-name", "two"))) {
      bench.apply(cluster("wc", 2, 2, ""));
      eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
      assertThat(second.leads()).isFalse();
      bench.operator().close();
      eventually(() -> assertThat(second.leads()).isTrue());
      bench.edit("wc", wc -> wc.getSpec().maxJobs = 3);
      eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(3));
    }
  }

  @Test
  void oneThatStopsHandsOverAtOnce() {
    bench.close();
    // A lease that runs out does so later than this test waits.
    bench = bench("--leader-election", "true", "--lease-duration", "30s", "--pod-name", "one");
    bench.start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    try (Operator second = Operator.start(bench.settings("--pod-name", "two"))) {
      bench.operator().close();
      eventually(() -> assertThat(second.leads()).isTrue());
      bench.edit("wc", wc -> wc.getSpec().maxJobs = 3);
      eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(3));
    }
  }

  @Test
  void oneThatHearsNothingMoreActsNoMoreAndTheOtherTakesOverInTime() {
    bench.close();
    bench = bench("--leader-election", "true", "--lease-duration", "3s", "--pod-name", "one");
    bench.start();
    bench.restart("--api-timeout", "3s"); // else it takes long to stop
    bench.apply(OperatorBench.pool("macs", 4));
    bench.apply(cluster("a", 4, 2, "  hardwarePool: macs"));
    bench.apply(cluster("b", 4, 2, "  hardwarePool: macs"));
    eventually(() -> assertThat(bench.workers.sizes("a")).containsExactly(1, 1));
    eventually(() -> assertThat(bench.workers.sizes("b")).containsExactly(1, 1));
    String direct = bench.cluster.directKubeconfig().toString();
    try (Operator second =
        Operator.start(bench.settings("--pod-name", "two", "--kubeconfig", direct))) {
      bench.cluster.freeze(); // neither told that it is over, nor able to give the Lease back
      Instant frozen = Instant.now();
      await()
          .atMost(Duration.ofSeconds(15))
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                assertThat(second.leads() && bench.operator().leads()).as("both lead").isFalse();
                return second.leads();
              });
      assertThat(Duration.between(frozen, Instant.now())).isLessThan(Duration.ofSeconds(6));
      bench.edit("a", wc -> wc.getSpec().maxJobs = 1);
      eventually(() -> assertThat(bench.workers.alive("b")).isEqualTo(3));
      eventually(() -> assertThat(bench.workers.alive("a")).isEqualTo(1));
      assertThat(bench.workers.mostInAll()).as(bench.workers.history()).isLessThanOrEqualTo(4);
    }
  }

  private Resource<WorkerCluster> resource() {
    return bench.client.resources(WorkerCluster.class).inNamespace(bench.namespace).withName("wc");
  }

  private Resource<Deployment> deployment() {
    return bench.client.apps().deployments().inNamespace(bench.namespace).withName("wc");
  }
}
