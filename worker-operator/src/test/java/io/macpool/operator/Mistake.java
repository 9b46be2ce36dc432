package io.macpool.operator;

import static io.macpool.operator.OperatorBench.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What people do by mistake, and what they see then: a row of the table in docs/mistakes.md.
 *
 * @param what they do, to a cluster {@code wc} of two jobs in two pods
 * @param cluster whose conditions tell
 * @param condition type, status and reason
 * @param event reason of one about that cluster
 * @param log a part of a line
 * @param metric beginning of a line, of the cluster's labels
 * @param alerts of the operator's chart that fire if it lasts
 * @param deed does it
 */
record Mistake(
    String what,
    String cluster,
    String condition,
    String event,
    String log,
    String metric,
    Set<String> alerts,
    Consumer<OperatorBench> deed) {

  @Override
  public String toString() {
    return what;
  }

  private static Mistake of(
      String what,
      String condition,
      String event,
      String log,
      String alert,
      Consumer<OperatorBench> deed) {
    String[] parts = condition.split(" ", -1);
    int value = parts[1].equals("True") ? 1 : parts[1].equals("False") ? 0 : -1;
    String metric =
        "cluster_condition{cluster=\"wc\",condition=\"%s\",namespace=\"NS\",reason=\"%s\"} %d"
            .formatted(parts[0], parts[2], value);
    Set<String> alerts = alert.isEmpty() ? Set.of() : Set.of(alert.split(" ", -1));
    return new Mistake(what, "wc", condition, event, log, metric, alerts, deed);
  }

  /** All of them. {@code q} is a queue with five jobs that nobody takes. */
  static List<Mistake> all() {
    return List.of(
        of(
            "delete the Deployment",
            "Ready True PoolSizesAssigned",
            "DeploymentRemade",
            "somebody deleted its Deployment",
            "",
            bench -> {
              bench.deployment("wc").delete();
              eventually(() -> assertThat(bench.deployment("wc").get()).isNotNull());
            }),
        of(
            "delete the credential Secret",
            "Ready True PoolSizesAssigned",
            "CredentialRemade",
            "somebody deleted its credential Secret",
            "",
            bench -> {
              var secret =
                  bench.client.secrets().inNamespace(bench.namespace).withName("wc-remote-control");
              String before = secret.get().getData().get("auth");
              secret.delete();
              eventually(() -> assertThat(secret.get()).isNotNull());
              assertThat(secret.get().getData().get("auth")).isEqualTo(before);
            }),
        of(
            "empty the credential Secret",
            "Degraded True CredentialUnusable",
            "CredentialUnusable",
            "has no key auth",
            "WorkerClusterRefused",
            bench ->
                bench
                    .client
                    .secrets()
                    .inNamespace(bench.namespace)
                    .withName("wc-remote-control")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"auth\":null}}")),
        of(
            "have an admission policy that refuses the Deployment",
            "Ready False Refused",
            "Refused",
            "the Deployment is refused, all else goes on",
            "OperatorCallsForbidden WorkerClusterRefused",
            bench -> {
              bench.cluster.forbid("UPDATE", "deployments");
              bench.edit("wc", wc -> wc.getSpec().template.spec.image = "travisci/worker:v9");
              bench.edit("wc", wc -> wc.getSpec().maxJobs = 1);
              eventually(
                  () ->
                      assertThat(bench.workers.alive("wc")).as("limits are followed").isEqualTo(1));
            }),
        of(
            "take the verb create of secrets from the role",
            "Ready False Refused",
            "Refused",
            "the Kubernetes API forbids POST secrets (403)",
            "OperatorCallsForbidden WorkerClusterRefused",
            bench -> {
              bench.cluster.forbid("CREATE", "secrets");
              bench
                  .client
                  .secrets()
                  .inNamespace(bench.namespace)
                  .withName("wc-remote-control")
                  .delete();
            }),
        of(
            "set maxJobs to 0 while jobs wait",
            "Stalled True MaxJobsIsZero",
            "Stalled",
            "5 jobs wait in queue q and none may run: spec.maxJobs is 0",
            "JobsStalled",
            bench -> bench.edit("wc", wc -> wc.getSpec().maxJobs = 0)),
        of(
            "pause a cluster whose jobs wait at size 0",
            "Stalled True Paused",
            "Stalled",
            "5 jobs wait in queue q and none may run",
            "JobsStalled",
            bench -> {
              bench.edit("wc", wc -> wc.getSpec().maxJobs = 0);
              eventually(() -> assertThat(bench.workers.alive("wc")).isZero());
              bench.edit(
                  "wc",
                  wc -> wc.getMetadata().setAnnotations(Map.of("travisci.com/paused", "true")));
            }),
        of(
            "pause and forget",
            "Ready Unknown Paused",
            "Paused",
            "annotation travisci.com/paused is set: nothing is changed",
            "",
            bench ->
                bench.edit(
                    "wc",
                    wc -> wc.getMetadata().setAnnotations(Map.of("travisci.com/paused", "true")))),
        of(
            "take the pause away again",
            "Ready True PoolSizesAssigned",
            "Resumed",
            "Paused",
            "",
            bench -> {
              bench.edit(
                  "wc",
                  wc -> wc.getMetadata().setAnnotations(Map.of("travisci.com/paused", "true")));
              eventually(
                  () ->
                      assertThat(WorkerClusterContract.condition(bench.status("wc"), "Ready"))
                          .isEqualTo("Unknown Paused"));
              bench.edit("wc", wc -> wc.getMetadata().setAnnotations(Map.of()));
            }),
        of(
            "misspell the hardware pool",
            "Ready False HardwarePoolMissing",
            "HardwarePoolMissing",
            "there is no HardwarePool nope in namespace",
            "HardwarePoolUnusable",
            bench -> bench.edit("wc", wc -> wc.getSpec().hardwarePool = "nope")),
        of(
            "name a broker that is away in the hardware pool",
            "Degraded True HardwarePoolUnknown",
            "HardwarePoolUnknown",
            "the slots of macs can't be read",
            "HardwarePoolUnusable",
            bench -> {
              bench.apply(
                  OperatorBench.pool("macs", 1)
                      .replace("slots: 1", "brokerUrl: http://127.0.0.1:9"));
              eventually(() -> assertThat(bench.pool("macs")).isNotNull());
              bench.edit("wc", wc -> wc.getSpec().hardwarePool = "macs");
            }),
        of(
            "reserve all slots of the pool while jobs wait",
            "Stalled True NoSlots",
            "Stalled",
            "5 jobs wait in queue q and none may run",
            "JobsStalled",
            bench -> {
              bench.apply(
                  OperatorBench.pool("macs", 2).replace("slots: 2", "slots: 2, reserve: 2"));
              eventually(() -> assertThat(bench.pool("macs")).isNotNull());
              bench.edit("wc", wc -> wc.getSpec().hardwarePool = "macs");
            }),
        of(
            "give two clusters one selector",
            "Degraded True SelectorOverlaps",
            "SelectorOverlaps",
            "also selects pods of WorkerCluster twin",
            "WorkerClusterContested",
            bench -> {
              bench.apply(
                  OperatorBench.cluster("wc", 2, 1, "").replaceFirst("name: wc", "name: twin"));
              eventually(() -> assertThat(bench.deployment("twin").get()).isNotNull());
            }),
        of(
            "let a HorizontalPodAutoscaler scale the Deployment",
            "Degraded True ReplicasContested",
            "ReplicasContested",
            "writes the replicas of its Deployment",
            "WorkerClusterContested",
            bench -> {
              for (int i = 0; i < 2; i++) {
                bench.deployment("wc").scale(4);
                eventually(
                    () ->
                        assertThat(bench.deployment("wc").get().getSpec().getReplicas())
                            .isIn(2, 4));
                eventually(() -> assertThat(bench.events("wc")).isNotEmpty());
                if (i == 0) {
                  eventually(
                      () ->
                          assertThat(bench.deployment("wc").get().getSpec().getReplicas())
                              .isEqualTo(2));
                }
              }
            }),
        of(
            "name a Secret that is not there in env",
            "Degraded True PodsCantStart",
            "PodsCantStart",
            "CreateContainerConfigError",
            "WorkerPodsCantStart",
            bench ->
                bench.apply(
                    OperatorBench.cluster("wc", 4, 1, "")
                        + "      envFrom: [{secretRef: {name: not-there}}]\n")),
        of(
            "let a quota refuse its pods",
            "Ready False PodsCantStart",
            "PodsCantStart",
            "exceeded quota: few",
            "WorkerPodsCantStart",
            Mistake::exhaustQuota),
        of(
            "deploy a worker that hangs",
            "Ready False WorkersUnreachable",
            "WorkersUnreachable",
            "can't be asked and keep counting",
            "WorkersUnreachable",
            bench -> bench.workers.of("wc").forEach(worker -> worker.hang(true))),
        of(
            "change the credential while the operator is down",
            "Ready False WorkersUnreachable",
            "WorkersUnreachable",
            "the worker has another credential",
            "WorkersUnreachable",
            bench -> {
              bench.operator().close();
              bench
                  .client
                  .secrets()
                  .inNamespace(bench.namespace)
                  .withName("wc-remote-control")
                  .patch(
                      PatchContext.of(PatchType.JSON_MERGE),
                      "{\"data\":{\"auth\":\"d29ya2VyOm90aGVy\"}}");
              bench.restart();
            }),
        of(
            "leave the queue's name blank",
            "Degraded True InvalidSpec",
            "InvalidSpec",
            "spec.scaling.queue is missing",
            "WorkerClusterInvalid",
            bench -> scale(bench, " ")),
        of(
            "follow a queue that is not there",
            "Scaling False Holding",
            "Holding",
            "the depth of queue typo is unknown",
            "QueueDepthUnknown",
            bench -> scale(bench, "typo")),
        of(
            "ask for more than an int holds, under an old CRD",
            "Degraded True InvalidSpec",
            "InvalidSpec",
            "spec.maxJobsPerWorker can't be read",
            "WorkerClusterInvalid",
            bench -> {
              try {
                bench.cluster.define(
                    Files.readString(OperatorBench.CRDS.resolve("workerclusters.travisci.com.yaml"))
                        .replaceAll("(?m)^ *maximum: .*\n", ""));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              eventually( // a real API server reads a changed definition a moment later
                  () -> assertThatCode(() -> tooMany(bench)).doesNotThrowAnyException());
            }),
        of(
            "delete a cluster whose jobs run",
            "Ready False Draining",
            "JobsLimitChanged",
            "it is being deleted and waits for",
            "",
            bench -> {
              bench.workers.of("wc").forEach(FakeWorker::busy);
              bench.client.resource(bench.get("wc")).delete();
            }),
        of(
            "edit our Deployment by hand",
            "Ready True PoolSizesAssigned",
            "JobsLimitChanged",
            "applying Deployment of",
            "",
            bench -> {
              bench
                  .deployment("wc")
                  .patch(
                      PatchContext.of(PatchType.JSON_MERGE),
                      "{\"spec\":{\"template\":{\"spec\":{\"terminationGracePeriodSeconds\":1}}}}");
              eventually(
                  () ->
                      assertThat(
                              bench
                                  .deployment("wc")
                                  .get()
                                  .getSpec()
                                  .getTemplate()
                                  .getSpec()
                                  .getTerminationGracePeriodSeconds())
                          .isEqualTo(7200L));
            }));
  }

  /** Two pods are there, and no more may be. */
  private static void exhaustQuota(OperatorBench bench) {
    ResourceQuota few =
        new ResourceQuotaBuilder()
            .withNewMetadata()
            .withNamespace(bench.namespace)
            .withName("few")
            .endMetadata()
            .withNewSpec()
            .addToHard("pods", new Quantity("2"))
            .endSpec()
            .withNewStatus() // what the quota controller would find
            .addToHard("pods", new Quantity("2"))
            .addToUsed("pods", new Quantity("2"))
            .endStatus()
            .build();
    ResourceQuota made = bench.client.resource(few).create();
    made.setStatus(few.getStatus());
    bench.client.resource(made).updateStatus();
    Pod tried =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(bench.namespace)
            .withName("tried")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("tried")
            .withImage("tried")
            .endContainer()
            .endSpec()
            .build();
    eventually( // a real API server hears of its own quotas a moment later
        () ->
            assertThatThrownBy(() -> bench.client.resource(tried).dryRun().create())
                .hasMessageContaining("exceeded quota"));
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 3);
    String stuck =
        "cluster_pods_stuck{cluster=\"wc\",namespace=\"%s\",reason=\"CreateFailed\"} 1"
            .formatted(bench.namespace);
    eventually(() -> assertThat(bench.metrics()).contains(stuck));
  }

  private static void tooMany(OperatorBench bench) {
    bench
        .client
        .genericKubernetesResources("travisci.com/v1alpha1", "WorkerCluster")
        .inNamespace(bench.namespace)
        .withName("wc")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"maxJobsPerWorker\":3000000000}}");
  }

  private static void scale(OperatorBench bench, String queue) {
    bench.edit(
        "wc",
        wc -> {
          wc.getSpec().scaling = new io.macpool.operator.api.Scaling();
          wc.getSpec().scaling.queue = queue;
        });
  }
}
