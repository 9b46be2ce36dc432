package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.WorkerClusterContract.condition;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the API's own rules make of a cluster's objects, and what people are told: true on our
 * simulator and on a real API server.
 */
abstract class ApiRulesContract {

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

  private static String named(String name) {
    return cluster("wc", 2, 1, "").replace("{name: wc}\nspec", "{name: " + name + "}\nspec");
  }

  private String message(String cluster, String type) {
    return bench.status(cluster).conditions.stream()
        .filter(condition -> condition.getType().equals(type))
        .map(Condition::getMessage)
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException(type));
  }

  @Test
  void aNameThatIsTooLongForWhatIsMadeOfItWorksOrIsTold() {
    String fits = "a".repeat(242);
    bench.apply(named(fits)); // a ReplicaSet's name has eleven more
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    eventually(
        () ->
            assertThat(condition(bench.status(fits), "Ready")).isEqualTo("True PoolSizesAssigned"));
    String longer = "b".repeat(253);
    bench.apply(named(longer).replace("name: wc", "name: other"));
    eventually(
        () -> {
          assertThat(condition(bench.status(longer), "Ready")).isEqualTo("False PodsCantStart");
          assertThat(condition(bench.status(longer), "Degraded")).isEqualTo("True PodsCantStart");
          assertThat(message(longer, "Degraded")).contains("must be no more than 253 characters");
          assertThat(bench.events(longer)).contains("PodsCantStart");
          assertThat(bench.metrics())
              .contains(
                  "cluster_pods_stuck{cluster=\"%s\",namespace=\"%s\",reason=\"CreateFailed\"} 2"
                      .formatted(longer, bench.namespace));
        });
    assertThat(bench.workers.alive("wc")).as("nobody else's business").isEqualTo(2);
  }

  @Test
  void aLabelThatIsTooLongIsRefusedByItsField() {
    String tooLong = "l".repeat(64);
    assertThatThrownBy(
            () -> bench.apply(named("wc").replace("{name: wc}}", "{name: " + tooLong + "}}")))
        .hasMessageContaining("spec.selector.matchLabels.name")
        .hasMessageContaining("63");
  }

  @Test
  void whatAnAdmissionPolicyAddsOrChangesCostsOneWriteAndIsLeft() {
    bench.cluster.changePods(
        "terminationGracePeriodSeconds: 60, initContainers: [Object.spec.template.spec"
            + ".initContainers{name: \"mesh\", image: \"mesh:1\"}]",
        "{\"terminationGracePeriodSeconds\": 60, \"initContainers\":"
            + "[{\"name\": \"mesh\", \"image\": \"mesh:1\"}]}");
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    eventually(
        () -> assertThat(condition(bench.status("wc"), "Progressing")).isEqualTo("False Settled"));
    var pods = bench.deployment("wc").get().getSpec().getTemplate().getSpec();
    assertThat(pods.getTerminationGracePeriodSeconds()).isEqualTo(60);
    assertThat(pods.getInitContainers()).hasSize(1);
    OperatorBench.unchangedFor(this::calls);
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 3);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(3));
  }

  /**
   * Quantities, empty values and references that the server completes; a name that is there twice.
   */
  @Test
  void whatTheServerWritesInOtherWordsCostsNoWrite() {
    bench.apply(
        cluster("wc", 2, 1, "")
            .replace(
                "value: wc}]",
                "value: early}, {name: EMPTY, value: \"\"}, {name: CLUSTER, value: wc}, {name: NODE,"
                    + " valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]")
            .replace(
                "resources: {}",
                "resources: {limits: {cpu: \"0.5\", memory: 1024Mi}, requests: {cpu: 100m}}\n"
                    + "      imagePullSecrets: [{name: hub}, {name: hub}]"));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    eventually(
        () -> {
          assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned");
          assertThat(condition(bench.status("wc"), "Progressing")).isEqualTo("False Settled");
        });
    OperatorBench.unchangedFor(this::calls);
  }

  @Test
  void aForeignFinalizerHoldsTheObjectAndNothingElse() {
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.edit("wc", wc -> wc.getMetadata().getFinalizers().add("example.com/backup"));
    bench.client.resource(bench.get("wc")).delete();
    eventually(
        () -> {
          assertThat(bench.get("wc").getMetadata().getFinalizers())
              .containsExactly("example.com/backup");
          assertThat(bench.workers.of("wc")).isEmpty();
        });
    OperatorBench.unchangedFor(this::calls);
    assertThat(bench.deployment("wc").get()).as("not made again").isNull();
    bench.restart(); // nor by one that meets it so
    OperatorBench.unchangedFor(() -> String.valueOf(bench.deployment("wc").get()));
    bench.edit("wc", wc -> wc.getMetadata().setFinalizers(null));
    eventually(() -> assertThat(bench.get("wc")).isNull());
  }

  /** Its pods go first, which takes as long as their jobs. */
  @Test
  void aDeploymentThatIsDeletedInTheForegroundIsMadeAgain() {
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.deployment("wc").withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
    eventually(
        () -> assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("False Draining"));
    assertThat(bench.workers.alive("wc")).as("no job is killed").isEqualTo(2);
    eventually(
        () -> {
          bench.workers.all().forEach(FakeWorker::finishAllJobs);
          assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned");
          assertThat(bench.events("wc")).contains("DeploymentRemade");
        });
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(2);
  }

  /** Each call to the API, but for the watches' own. */
  private String calls() {
    try {
      return bench
          .metrics()
          .lines()
          .filter(line -> line.startsWith("operator_api_calls_total"))
          .toList()
          .toString();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatComesAgainCountsItsEventUpAlsoAfterARestart() {
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    for (int i = 1; i <= 4; i++) {
      pause("true");
      eventually(
          () -> assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("Unknown Paused"));
      pause("false");
      eventually(
          () ->
              assertThat(condition(bench.status("wc"), "Ready"))
                  .isEqualTo("True PoolSizesAssigned"));
      if (i == 2) {
        bench.restart();
      }
    }
    eventually(() -> assertThat(counts()).containsEntry("Paused", 4).containsEntry("Resumed", 4));
  }

  private void pause(String value) {
    bench.edit("wc", wc -> wc.getMetadata().setAnnotations(Map.of("travisci.com/paused", value)));
  }

  /** How often each reason was told, if each has one Event alone. */
  private Map<String, Integer> counts() {
    return bench.client.v1().events().inNamespace(bench.namespace).list().getItems().stream()
        .filter(event -> event.getReason().equals("Paused") || event.getReason().equals("Resumed"))
        .collect(toMap(Event::getReason, Event::getCount));
  }

  @Test
  void aNamespaceThatIsDeletedWaitsForItsJobsAndGoes() {
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(OperatorBench.pool("macs", 4));
    bench.apply(cluster("wc", 2, 1, "  hardwarePool: macs"));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.client.namespaces().withName(bench.namespace).delete();
    eventually(
        () -> {
          assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("False Draining");
          assertThat(message("wc", "Ready"))
              .contains("waits for 2 jobs")
              .contains("force-delete=true ends that");
        });
    assertThat(bench.workers.alive("wc")).as("no job is killed").isEqualTo(2);
    bench.workers.all().forEach(FakeWorker::finishAllJobs);
    eventually(
        () -> {
          assertThat(bench.get("wc")).isNull();
          assertThat(bench.pool("macs")).isNull();
          assertThat(bench.deployment("wc").get()).isNull();
          assertThat(bench.workers.of("wc")).isEmpty();
        });
    eventually(
        () -> assertThat(bench.client.namespaces().withName(bench.namespace).get()).isNull());
  }
}
