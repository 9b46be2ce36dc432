package io.macpool.sim.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.macpool.sim.kubernetes.KubernetesSimulator.Options;
import io.macpool.sim.kubernetes.node.PodRunner;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The size that the operator must hold: 100 custom resources, 1,000 pods. */
class KubernetesScaleIT {

  private static final Logger log = LoggerFactory.getLogger(KubernetesScaleIT.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CLUSTERS = 100;
  private static final int PODS = 1_000;

  @Test
  void aThousandPodsOfAHundredDeploymentsComeAndGoUnderAnInformersEyes() throws Exception {
    try (KubernetesSimulator cluster =
            KubernetesSimulator.start(Options.defaults(), PodRunner.idle());
        KubernetesClient client = cluster.newClient();
        SharedIndexInformer<Pod> informer = client.pods().inAnyNamespace().inform()) {
      cluster.load(Widgets.DEFINITION);
      long start = System.nanoTime();
      for (int i = 0; i < CLUSTERS; i++) {
        cluster.load(Widgets.widget("w" + i, "{\"size\":10}"));
        cluster.load(deployment("d" + i, PODS / CLUSTERS));
      }
      await().atMost(PATIENCE).until(() -> ready(cluster) == PODS);
      Duration up = Duration.ofNanos(System.nanoTime() - start);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  informer.getStore().list().stream()
                          .filter(pod -> pod.getStatus().getPodIP() != null)
                          .count()
                      == PODS);
      assertThat(informer.getStore().list().stream().map(pod -> pod.getStatus().getPodIP()))
          .doesNotHaveDuplicates();

      RawClient api = new RawClient(cluster);
      start = System.nanoTime();
      assertThat(api.get("/api/v1/pods").body().path("items")).hasSize(PODS);
      Duration list = Duration.ofNanos(System.nanoTime() - start);

      start = System.nanoTime();
      api.delete("/apis/apps/v1/namespaces/ci/deployments", "");
      await().atMost(PATIENCE).until(() -> cluster.objects("pods", "").isEmpty());
      Duration gone = Duration.ofNanos(System.nanoTime() - start);
      await().atMost(PATIENCE).until(() -> informer.getStore().list().isEmpty());
      log.warn(
          "{} pods: up in {} ms, listed in {} ms, gone in {} ms",
          PODS,
          up.toMillis(),
          list.toMillis(),
          gone.toMillis());
    }
  }

  private static long ready(KubernetesSimulator cluster) {
    return cluster.objects("deployments.apps", "ci").stream()
        .map(deployment -> deployment.path("status").path("readyReplicas"))
        .mapToLong(JsonNode::asLong)
        .sum();
  }

  private static String deployment(String name, int replicas) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %s, namespace: ci}
    spec:
      replicas: %d
      selector: {matchLabels: {name: %s}}
      template:
        metadata: {labels: {name: %s}}
        spec:
          containers: [{name: worker, image: "worker:v1"}]
    """
        .formatted(name, replicas, name, name);
  }
}
