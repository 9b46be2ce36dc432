package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What somebody else wrote first becomes ours, and theirs again: docs/migrating.md, step by step.
 * True on our simulator and on a real API server.
 */
abstract class TakeOverContract {

  /** As the Go operator made it: created by an ordinary write, its credential in clear. */
  private static final String GO_DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: wc, labels: {name: wc}}
      spec:
        replicas: 2
        selector: {matchLabels: {name: wc}}
        strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
        template:
          metadata: {labels: {name: wc}}
          spec:
            terminationGracePeriodSeconds: 7200
            volumes: [{name: travis-vm-ssh-key, secret: {secretName: old-key}}]
            containers:
            - name: worker
              image: travisci/worker:v6.2.0
              imagePullPolicy: IfNotPresent
              env:
              - {name: CLUSTER, value: wc}
              - {name: TRAVIS_WORKER_REMOTE_CONTROLLER_ADDR, value: "0.0.0.0:8080"}
              - {name: TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH, value: "worker:worker"}
              - {name: TRAVIS_WORKER_POOL_SIZE, value: "0"}
              livenessProbe: {httpGet: {path: /healthz, port: 8080}, initialDelaySeconds: 120}
              readinessProbe: {httpGet: {path: /ready, port: 8080}}
              volumeMounts: [{name: travis-vm-ssh-key, mountPath: /etc/worker/ssh}]
      """;

  private OperatorBench bench;

  abstract OperatorBench bench();

  @BeforeEach
  void start() {
    bench = bench();
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void aMigrationFromTheGoOperatorWorksAndSoDoesTheWayBack() {
    // 1. What runs under the Go operator: its resource, its Deployment, workers that run jobs.
    bench.workers.prepare(FakeWorker::busy);
    secret("vm-key", "old-key");
    secret("new-key", "vm-key");
    bench.apply(cluster("wc", 4, 2, "") + "      sshKeySecret: vm-key\n");
    Deployment old = create(GO_DEPLOYMENT);
    eventually(() -> assertThat(bench.workers.of("wc")).hasSize(2));
    bench.workers.of("wc").forEach(worker -> worker.resize(2));
    List<FakeWorker> before = bench.workers.of("wc");
    assertThat(bench.workers.alive("wc")).isEqualTo(4);

    // 2. The new operator starts: pods roll, jobs go on, and no more run at once than before.
    bench.start();
    eventually(() -> assertThat(env(deployment(), "AUTH")).contains("secretKeyRef"));
    assertThat(env(deployment(), "AUTH")).doesNotContain("worker:worker");
    assertThat(deployment().getMetadata().getUid()).isEqualTo(old.getMetadata().getUid());
    assertThat(volume().getSecret().getSecretName()).isEqualTo("vm-key");
    finishUntilGone(before);
    finishUntilEachHasTwo();
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(4);
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));

    // 3. Back again: the Go operator writes the whole Deployment anew.
    List<FakeWorker> ours = bench.workers.of("wc");
    bench.operator().close();
    Deployment back = Serialization.unmarshal(GO_DEPLOYMENT, Deployment.class);
    deployments()
        .edit(
            live -> {
              live.setSpec(back.getSpec());
              return live;
            });
    finishUntilGone(ours);
    eventually(() -> assertThat(bench.workers.of("wc")).hasSize(2));
    assertThat(bench.workers.of("wc"))
        .allSatisfy(
            worker ->
                assertThat(worker.launch().env())
                    .containsEntry("TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH", "worker:worker"));

    // 4. And forth once more.
    List<FakeWorker> theirs = bench.workers.of("wc");
    bench.restart();
    eventually(() -> assertThat(env(deployment(), "AUTH")).contains("secretKeyRef"));
    finishUntilGone(theirs);
    finishUntilEachHasTwo();
  }

  /**
   * A roll may have begun pods that it then ends again: their jobs count until they finish, too.
   */
  private void finishUntilEachHasTwo() {
    eventually(
        () -> {
          bench.workers.of("wc").forEach(FakeWorker::finishJob);
          assertThat(bench.workers.sizes("wc")).containsExactly(2, 2);
        });
  }

  private void finishUntilGone(List<FakeWorker> workers) {
    eventually(
        () -> {
          bench.workers.of("wc").forEach(FakeWorker::finishJob);
          assertThat(workers).allMatch(FakeWorker::ended);
        });
  }

  @Test
  void foreignHandlersAndSourcesBesideOursGo() {
    create(
        GO_DEPLOYMENT
            .replace("httpGet: {path: /healthz, port: 8080}", "exec: {command: [\"true\"]}")
            .replace("httpGet: {path: /ready, port: 8080}", "tcpSocket: {port: 8080}")
            .replace("secret: {secretName: old-key}", "emptyDir: {}"));
    secret("vm-key", "vm-key");
    bench.apply(cluster("wc", 2, 1, "") + "      sshKeySecret: vm-key\n");
    bench.start();
    eventually(() -> assertThat(bench.workers.sizes("wc")).contains(1));
    eventually(
        () -> {
          Container container = container();
          assertThat(container.getLivenessProbe().getExec()).isNull();
          assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/healthz");
          assertThat(container.getReadinessProbe().getTcpSocket()).isNull();
          assertThat(volume().getEmptyDir()).isNull();
          assertThat(volume().getSecret().getSecretName()).isEqualTo("vm-key");
        });
    // Not at once: the roll's new pod is asked before it answers.
    eventually(
        () -> assertThat(condition(bench.status("wc"), "Degraded")).isEqualTo("False AsExpected"));
  }

  /** A person who edits what is ours by hand, later. */
  @Test
  void aValueBesideOurReferenceIsTakenOutAgain() {
    bench.start();
    bench.apply(cluster("wc", 2, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    deployments()
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"worker\",\"env\":[{\"name\":"
                + "\"TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH\",\"valueFrom\":null,"
                + "\"value\":\"worker:worker\"}],\"livenessProbe\":{\"httpGet\":null,"
                + "\"exec\":{\"command\":[\"true\"]}}}]}}}}");
    eventually(() -> assertThat(env(deployment(), "AUTH")).contains("secretKeyRef"));
    eventually(() -> assertThat(container().getLivenessProbe().getExec()).isNull());
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
  }

  /** Service meshes and defaulting webhooks do so. */
  @Test
  void aSidecarOfOthersStaysAndCostsNoWrite() {
    bench.start();
    bench.apply(cluster("wc", 1, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(1));
    deployments()
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"mesh\",\"image\":"
                + "\"mesh:1\"}]}}}}");
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    OperatorBench.unchangedFor(
        () -> deployment().getMetadata().getGeneration() + " " + deployment().getSpec());
    assertThat(deployment().getSpec().getTemplate().getSpec().getContainers()).hasSize(2);
  }

  @Test
  void aCredentialThatSomebodyElseWroteIsUsedAndStays() {
    bench
        .client
        .resource(
            new io.fabric8.kubernetes.api.model.SecretBuilder()
                .withNewMetadata()
                .withNamespace(bench.namespace)
                .withName("wc-remote-control")
                .endMetadata()
                .withStringData(Map.of("auth", "worker:theirs"))
                .withData(Map.of("auth", "d29ya2VyOnRoZWlycw=="))
                .build())
        .create();
    bench.start();
    bench.apply(cluster("wc", 1, 1, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(1));
    bench.client.resource(bench.get("wc")).delete();
    eventually(() -> assertThat(bench.get("wc")).isNull());
    assertThat(
            bench.client.secrets().inNamespace(bench.namespace).withName("wc-remote-control").get())
        .as("not ours to delete")
        .isNotNull();
  }

  private Deployment create(String manifest) {
    return bench
        .client
        .resource(Serialization.unmarshal(manifest, Deployment.class))
        .inNamespace(bench.namespace)
        .create();
  }

  private void secret(String... names) {
    for (String name : names) {
      bench
          .client
          .resource(
              new io.fabric8.kubernetes.api.model.SecretBuilder()
                  .withNewMetadata()
                  .withNamespace(bench.namespace)
                  .withName(name)
                  .endMetadata()
                  .withData(Map.of("key", "a2V5"))
                  .build())
          .forceConflicts()
          .serverSideApply();
    }
  }

  private RollableScalableResource<Deployment> deployments() {
    return bench.client.apps().deployments().inNamespace(bench.namespace).withName("wc");
  }

  private Deployment deployment() {
    return deployments().get();
  }

  private Container container() {
    return deployment().getSpec().getTemplate().getSpec().getContainers().get(0);
  }

  private Volume volume() {
    return deployment().getSpec().getTemplate().getSpec().getVolumes().get(0);
  }

  private static String env(Deployment deployment, String name) {
    return Serialization.asJson(
        deployment.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv().stream()
            .filter(variable -> variable.getName().endsWith(name))
            .findFirst()
            .orElseThrow());
  }
}
