package io.macpool.sim.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.macpool.sim.kubernetes.KubernetesSimulator.Options;
import io.macpool.sim.kubernetes.RecordingRunner.TestPod;
import io.macpool.sim.kubernetes.store.Metadata;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deployments become pods that run, roll, drain and crash. */
class DeploymentTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String MANIFEST =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: key, namespace: ci}
      stringData: {id_rsa: private, PASSWORD: secret word}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings, namespace: ci}
      data: {QUEUE: builds.mac}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: worker, namespace: ci}
      spec:
        replicas: 2
        selector: {matchLabels: {name: worker}}
        strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
        template:
          metadata: {labels: {name: worker}}
          spec:
            terminationGracePeriodSeconds: 7200
            containers:
            - name: worker
              image: worker:v1
              envFrom: [{configMapRef: {name: settings}}]
              env:
              - {name: PLAIN, value: "queue $(QUEUE)"}
              - {name: PASSWORD, valueFrom: {secretKeyRef: {name: key, key: PASSWORD}}}
              - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
              - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
              volumeMounts: [{name: key, mountPath: /etc/worker/ssh}]
            volumes: [{name: key, secret: {secretName: key}}]
      """;

  private final RecordingRunner runner = new RecordingRunner();
  private KubernetesSimulator cluster;
  private KubernetesClient client;

  @BeforeEach
  void start() {
    cluster = KubernetesSimulator.start(Options.defaults(), runner);
    client = cluster.newClient();
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  private void deploy() {
    cluster.load(MANIFEST);
    awaitReady(2);
  }

  private void awaitReady(int pods) {
    await().atMost(PATIENCE).until(() -> status("readyReplicas") == pods && pods().size() == pods);
  }

  private int status(String name) {
    return cluster
        .object("deployments.apps", "ci", "worker")
        .orElseThrow()
        .path("status")
        .path(name)
        .asInt();
  }

  private List<JsonNode> pods() {
    return cluster.objects("pods", "ci");
  }

  @Test
  void podsGetEnvironmentAddressAndFiles() throws Exception {
    deploy();
    for (TestPod pod : runner.pods.values()) {
      assertThat(pod.launch.image()).isEqualTo("worker:v1");
      assertThat(pod.launch.env())
          .containsEntry("QUEUE", "builds.mac")
          .containsEntry("PLAIN", "queue builds.mac")
          .containsEntry("PASSWORD", "secret word")
          .containsEntry("NAME", pod.launch.name())
          .containsEntry("IP", pod.launch.podIp().getHostAddress());
      assertThat(pod.launch.podIp().isLoopbackAddress()).isTrue();
      assertThat(Files.readString(pod.launch.volumes().get("/etc/worker/ssh").resolve("id_rsa")))
          .isEqualTo("private");
    }
    Pod pod = client.pods().inNamespace("ci").list().getItems().get(0);
    assertThat(pod.getStatus().getPodIP()).startsWith("127.");
    assertThat(pod.getMetadata().getOwnerReferences().get(0).getKind()).isEqualTo("ReplicaSet");
    assertThat(runner.pods.values().stream().map(each -> each.launch.podIp()).distinct())
        .hasSize(2);
  }

  @Test
  void aPodsLogIsToldWholeOrItsEnd() {
    deploy();
    String name = Metadata.name(pods().get(0));
    var pod = client.pods().inNamespace("ci").withName(name);
    assertThat(pod.getLog()).isEqualTo("started\n" + name + " works\n");
    assertThat(pod.tailingLines(1).getLog()).isEqualTo(name + " works\n");
    assertThatThrownBy(() -> client.pods().inNamespace("ci").withName("nobody").getLog())
        .hasMessageContaining("not found");
  }

  @Test
  void aPodWaitsForTheSecretThatItNames() {
    cluster.load(MANIFEST.substring(MANIFEST.indexOf("apiVersion: apps/v1")));
    await()
        .atMost(PATIENCE)
        .until(() -> pods().toString().contains("configmap \\\"settings\\\" not found"));
    assertThat(runner.pods).isEmpty();
    cluster.load(MANIFEST.substring(0, MANIFEST.indexOf("apiVersion: apps/v1")));
    awaitReady(2);
  }

  @Test
  void scalingDownTakesTheCheapestAndLetsItDrain() {
    deploy();
    String cheap = Metadata.name(pods().get(1));
    runner.pods.get(cheap).endsWhenTold = false;
    client
        .pods()
        .inNamespace("ci")
        .withName(Metadata.name(pods().get(0)))
        .edit(
            pod -> {
              pod.getMetadata()
                  .getAnnotations()
                  .put("controller.kubernetes.io/pod-deletion-cost", "100");
              return pod;
            });
    client.apps().deployments().inNamespace("ci").withName("worker").scale(1);
    await().atMost(PATIENCE).until(() -> runner.pods.get(cheap).terminated);
    await().atMost(PATIENCE).until(() -> status("replicas") == 1);
    assertThat(cluster.object("pods", "ci", cheap))
        .as("drains, visibly")
        .hasValueSatisfying(pod -> assertThat(Metadata.isDeleted(pod)).isTrue());
    assertThat(runner.pods.get(cheap).killed).isFalse();
    runner.pods.get(cheap).ended = true;
    await().atMost(PATIENCE).until(() -> cluster.object("pods", "ci", cheap).isEmpty());
  }

  @Test
  void aNewTemplateRollsOneByOneAndNeverBelowTheWanted() {
    deploy();
    runner.readyAtOnce = false;
    client
        .apps()
        .deployments()
        .inNamespace("ci")
        .withName("worker")
        .edit(
            deployment -> {
              deployment
                  .getSpec()
                  .getTemplate()
                  .getSpec()
                  .getContainers()
                  .get(0)
                  .setImage("worker:v2");
              return deployment;
            });
    await().atMost(PATIENCE).until(() -> runner.pods.size() == 3);
    assertThat(runner.pods.values().stream().filter(pod -> pod.terminated)).isEmpty();
    makeReady("worker:v2");
    await().atMost(PATIENCE).until(() -> runner.pods.size() == 4);
    assertThat(runner.pods.values().stream().filter(pod -> pod.terminated)).hasSize(1);
    makeReady("worker:v2");
    awaitReady(2);
    await().atMost(PATIENCE).until(() -> status("updatedReplicas") == 2);
    assertThat(runner.alive()).isEqualTo(2);
  }

  private void makeReady(String image) {
    runner.pods.values().stream()
        .filter(pod -> pod.launch.image().equals(image))
        .forEach(pod -> pod.ready = true);
  }

  @Test
  void aChangeOutsideTheTemplateRollsNothing() {
    deploy();
    Deployment before = client.apps().deployments().inNamespace("ci").withName("worker").get();
    client
        .apps()
        .deployments()
        .inNamespace("ci")
        .withName("worker")
        .edit(
            deployment -> {
              deployment.getMetadata().setAnnotations(Map.of("note", "x"));
              return deployment;
            });
    Deployment after = client.apps().deployments().inNamespace("ci").withName("worker").get();
    assertThat(after.getMetadata().getGeneration()).isEqualTo(before.getMetadata().getGeneration());
    assertThat(cluster.objects("replicasets.apps", "ci")).hasSize(1);
    assertThat(runner.pods).hasSize(2);
  }

  @Test
  void aCrashedPodIsStartedAgain() {
    deploy();
    String name = Metadata.name(pods().get(0));
    TestPod first = runner.pods.get(name);
    assertThat(cluster.crashPod("ci", name)).isTrue();
    await().atMost(PATIENCE).until(() -> runner.pods.get(name) != first);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Tables.at(
                            cluster.object("pods", "ci", name).orElseThrow(),
                            ".status.containerStatuses[0].restartCount")
                        .asInt()
                    == 1);
    awaitReady(2);
  }

  @Test
  void aPodOfASilentNodeStaysWhileItsDeletionWaits() {
    deploy();
    String name = Metadata.name(pods().get(0));
    assertThat(cluster.cutOffPod("ci", name, true)).isTrue();
    client.pods().inNamespace("ci").withName(name).delete();
    await().atMost(PATIENCE).until(() -> pods().size() == 3);
    assertThat(runner.pods.get(name).terminated).isFalse();
    cluster.cutOffPod("ci", name, false);
    awaitReady(2);
  }

  @Test
  void deletingTheDeploymentTakesAllThatIsItsOwn() {
    deploy();
    client.apps().deployments().inNamespace("ci").withName("worker").delete();
    await().atMost(PATIENCE).until(() -> pods().isEmpty());
    assertThat(cluster.objects("replicasets.apps", "ci")).isEmpty();
    assertThat(runner.alive()).isZero();
    assertThat(cluster.object("secrets", "ci", "key")).isPresent();
  }

  @Test
  void closingKillsEveryPod() {
    deploy();
    cluster.close();
    assertThat(runner.alive()).isZero();
  }
}
