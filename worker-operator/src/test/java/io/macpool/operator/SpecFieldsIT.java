package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.OperatorBench.pool;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What follows from the fields of a WorkerCluster and its annotations. */
class SpecFieldsIT {

  private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

  private OperatorBench bench = new OperatorBench();

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void theDeploymentIsTheOneThatTheGoOperatorsUsersKnow() {
    bench.start();
    bench.apply(
        cluster("wc", 2, 1, "")
                .replace("env: [", "env: [{name: TRAVIS_WORKER_POOL_SIZE, value: '9'}, ")
            + "      imagePullSecrets: [{name: registry}]\n      sshKeySecret: wc-vm-key\n");
    eventually(() -> assertThat(deployment()).isNotNull());
    Deployment made = deployment();
    assertThat(made.getMetadata().getOwnerReferences())
        .extracting(OwnerReference::getUid)
        .containsExactly(bench.get("wc").getMetadata().getUid());
    assertThat(made.getSpec().getSelector().getMatchLabels()).isEqualTo(Map.of("name", "wc"));
    assertThat(made.getSpec().getStrategy().getRollingUpdate().getMaxSurge().getIntVal())
        .isEqualTo(1);
    PodSpec pod = made.getSpec().getTemplate().getSpec();
    assertThat(pod.getImagePullSecrets())
        .extracting(LocalObjectReference::getName)
        .containsExactly("registry");
    assertThat(pod.getVolumes()).hasSize(1);
    assertThat(pod.getVolumes().get(0).getName()).isEqualTo("travis-vm-ssh-key");
    assertThat(pod.getVolumes().get(0).getSecret().getSecretName()).isEqualTo("wc-vm-key");
    assertThat(pod.getContainers()).hasSize(1);
    theContainerIsRight(pod.getContainers().get(0));
  }

  private static void theContainerIsRight(Container container) {
    assertThat(container.getVolumeMounts())
        .singleElement()
        .satisfies(
            mount -> {
              assertThat(mount.getMountPath()).isEqualTo("/etc/worker/ssh");
              assertThat(mount.getReadOnly()).isTrue();
            });
    assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/healthz");
    assertThat(container.getLivenessProbe().getInitialDelaySeconds()).isEqualTo(120);
    assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/ready");
    assertThat(container.getReadinessProbe().getHttpGet().getPort().getIntVal()).isEqualTo(8080);
    assertThat(variable(container, "TRAVIS_WORKER_REMOTE_CONTROLLER_ADDR").getValue())
        .isEqualTo("0.0.0.0:8080");
    assertThat(variable(container, "TRAVIS_WORKER_POOL_SIZE").getValue()).isEqualTo("0");
    assertThat(variable(container, "CLUSTER").getValue()).isEqualTo("wc");
    assertThat(
            variable(container, "TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH")
                .getValueFrom()
                .getSecretKeyRef()
                .getName())
        .isEqualTo("wc-remote-control");
  }

  private static EnvVar variable(Container container, String name) {
    List<EnvVar> found =
        container.getEnv().stream().filter(each -> each.getName().equals(name)).toList();
    assertThat(found).as(name).hasSize(1);
    return found.get(0);
  }

  @Test
  void aPodIsMarkedToGoOnlyWhenItsJobsHaveEnded() {
    bench.workers.prepare(FakeWorker::busy);
    bench.start();
    bench.apply(cluster("wc", 4, 2, ""));
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(2, 2));
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 2);
    // The two jobs of the pod that goes are the limit: nobody has more before they end.
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(0, 0));
    assertThat(bench.workers.alive("wc")).isEqualTo(4);
    assertThat(pods()).noneMatch(SpecFieldsIT::isMarked);
    assertThat(deployment().getSpec().getReplicas()).isEqualTo(2);
    bench.workers.of("wc").forEach(FakeWorker::finishAllJobs);
    eventually(() -> assertThat(deployment().getSpec().getReplicas()).isEqualTo(1));
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(2));
  }

  @Test
  void aDeletedOneGoesWithoutWaitingForItsJobsIfForced() {
    bench.workers.prepare(FakeWorker::busy);
    bench.start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.client.resource(bench.get("wc")).delete();
    eventually(() -> assertThat(bench.workers.of("wc").get(0).expected()).isZero());
    assertThat(bench.get("wc")).isNotNull();
    bench.edit(
        "wc", wc -> wc.getMetadata().setAnnotations(Map.of("travisci.com/force-delete", "true")));
    eventually(() -> assertThat(bench.get("wc")).isNull());
    eventually(() -> assertThat(deployment()).isNull());
  }

  @Test
  void aChangedConfigMapRollsThePodsOfThoseAloneWhoAskedForIt() {
    bench.start();
    configMap("one");
    String settings = "      envFrom: [{configMapRef: {name: settings}}]\n";
    bench.apply(cluster("rolls", 1, 1, "  rolloutOnConfigChange: true") + settings);
    bench.apply(cluster("stays", 1, 1, "") + settings);
    eventually(() -> assertThat(bench.workers.alive("rolls")).isEqualTo(1));
    eventually(() -> assertThat(bench.workers.alive("stays")).isEqualTo(1));
    String rolls = bench.workers.of("rolls").get(0).pod();
    String stays = bench.workers.of("stays").get(0).pod();
    configMap("two");
    eventually(
        () -> {
          assertThat(bench.workers.of("rolls")).extracting(FakeWorker::pod).doesNotContain(rolls);
          assertThat(bench.workers.alive("rolls")).isEqualTo(1);
        });
    assertThat(bench.workers.of("stays")).extracting(FakeWorker::pod).containsExactly(stays);
  }

  @Test
  void everyNamespaceIsServedIfAskedFor() {
    bench = another("--watch-namespace", "*", "--leader-election", "false");
    bench.start();
    bench.apply(cluster("here", 2, 2, ""));
    bench
        .client
        .load(OperatorBench.stream(cluster("there", 3, 3, "")))
        .items()
        .forEach(item -> bench.client.resource(item).inNamespace("elsewhere").create());
    eventually(() -> assertThat(bench.workers.alive("here")).isEqualTo(2));
    eventually(() -> assertThat(bench.workers.alive("there")).isEqualTo(3));
  }

  private OperatorBench another(String... flags) {
    bench.close();
    return new OperatorBench(flags);
  }

  @Test
  void theReserveOfAPoolIsNobodys() {
    bench.start();
    bench.apply(pool("macs", 6).replace("slots: 6", "slots: 6, reserve: 2"));
    bench.apply(cluster("wc", 9, 3, "  hardwarePool: macs"));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(4));
    eventually(() -> assertThat(bench.pool("macs").getStatus().slots).isEqualTo(4));
    assertThat(bench.workers.mostAlive("wc")).isEqualTo(4);
  }

  @Test
  void aClusterThatMovesToAnotherPoolFirstFinishesItsJobsOnTheOldOne() {
    bench.workers.prepare(FakeWorker::busy);
    bench.start();
    bench.apply(pool("old", 2));
    bench.apply(pool("new", 3));
    bench.apply(cluster("wc", 9, 9, "  hardwarePool: old"));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.edit("wc", wc -> wc.getSpec().hardwarePool = "new");
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(0));
    assertThat(bench.workers.alive("wc")).isEqualTo(2);
    assertThat(bench.status("wc").hardwarePool).isEqualTo("old");
    bench.workers.of("wc").forEach(FakeWorker::finishAllJobs);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(3));
    eventually(() -> assertThat(bench.status("wc").hardwarePool).isEqualTo("new"));
  }

  private void configMap(String value) {
    bench
        .client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(bench.namespace)
                .withName("settings")
                .endMetadata()
                .withData(Map.of("VALUE", value))
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  private static boolean isMarked(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    return annotations != null && annotations.containsKey(COST);
  }

  private List<Pod> pods() {
    return bench.client.pods().inNamespace(bench.namespace).list().getItems();
  }

  private Deployment deployment() {
    return bench.client.apps().deployments().inNamespace(bench.namespace).withName("wc").get();
  }
}
