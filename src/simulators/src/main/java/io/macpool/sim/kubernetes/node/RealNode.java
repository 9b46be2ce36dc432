package io.macpool.sim.kubernetes.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.macpool.sim.kubernetes.store.ObjectKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a real cluster: what a kubelet does there, its containers run by a {@link PodRunner}.
 */
final class RealNode implements NodeApi, AutoCloseable {

  static final String NAME = "macpool-sandbox";

  private static final Logger log = LoggerFactory.getLogger(RealNode.class);
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final Duration CLOSING = Duration.ofSeconds(10);
  private static final int LAUNCHES = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient client;
  private final ScheduledExecutorService loop =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "sandbox-node"));
  private final ExecutorService launches =
      Executors.newFixedThreadPool(LAUNCHES, task -> new Thread(task, "sandbox-node-launch"));
  private final Kubelet kubelet;
  private final SharedIndexInformer<Pod> pods;

  private RealNode(KubernetesClient client, String namespace, Path directory, PodRunner runner) {
    this.client = client;
    kubelet = new Kubelet(this, runner, Clock.systemUTC(), directory, launches, this::execute);
    beat();
    pods =
        client
            .pods()
            .inNamespace(namespace)
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(Pod pod) {
                    changed(pod);
                  }

                  @Override
                  public void onUpdate(Pod before, Pod pod) {
                    changed(pod);
                  }

                  @Override
                  public void onDelete(Pod pod, boolean unseen) {
                    changed(pod);
                  }
                });
  }

  /** Registers the node and begins to run the namespace's pods. */
  static RealNode join(
      KubernetesClient client, String namespace, Path directory, PodRunner runner) {
    RealNode node = new RealNode(client, namespace, directory, runner);
    node.every(TICK, node.kubelet::tick);
    node.every(HEARTBEAT, node::beat);
    return node;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor; the task never throws
  private void every(Duration pause, Runnable task) {
    loop.scheduleWithFixedDelay(
        () -> guarded(task), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void execute(Runnable task) {
    try {
      loop.execute(() -> guarded(task));
    } catch (RejectedExecutionException closing) {
      log.debug("a change came while closing", closing);
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.warn("the sandbox's node failed at a step and goes on", e);
    }
  }

  /** Without heartbeats the cluster would declare the node dead and evict its pods. */
  private void beat() {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    var node =
        new NodeBuilder()
            .withNewMetadata()
            .withName(NAME)
            .endMetadata()
            .withNewStatus()
            .withCapacity(Map.of("pods", new Quantity("1000")))
            .withAllocatable(Map.of("pods", new Quantity("1000")))
            .withConditions(
                new NodeConditionBuilder()
                    .withType("Ready")
                    .withStatus("True")
                    .withReason("SandboxRuns")
                    .withLastHeartbeatTime(now)
                    .build())
            .endStatus()
            .build();
    client.resource(node).forceConflicts().serverSideApply();
    client.resource(node).patchStatus();
  }

  private void changed(Pod pod) {
    ObjectKey key =
        new ObjectKey("pods", pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    execute(
        () -> {
          String node = pod.getSpec().getNodeName();
          if (node == null || node.isEmpty()) {
            bind(key);
          } else if (node.equals(NAME)) {
            kubelet.observe(key);
          }
        });
  }

  private void bind(ObjectKey pod) {
    var binding =
        new BindingBuilder()
            .withNewMetadata()
            .withName(pod.name())
            .withNamespace(pod.namespace())
            .endMetadata()
            .withNewTarget()
            .withKind("Node")
            .withName(NAME)
            .endTarget()
            .build();
    try {
      client.bindings().inNamespace(pod.namespace()).resource(binding).create();
    } catch (KubernetesClientException e) {
      log.debug("pod {} went to another node, or is gone", pod.name(), e);
    }
  }

  @Override
  public Optional<ObjectNode> get(ObjectKey key) {
    HasMetadata object =
        switch (key.resource()) {
          case "pods" -> pods.getStore().getByKey(key.namespace() + "/" + key.name());
          case "secrets" ->
              client.secrets().inNamespace(key.namespace()).withName(key.name()).get();
          case "configmaps" ->
              client.configMaps().inNamespace(key.namespace()).withName(key.name()).get();
          default -> throw new IllegalArgumentException("a node reads no " + key.resource());
        };
    return Optional.ofNullable(object).map(RealNode::tree);
  }

  private static ObjectNode tree(HasMetadata object) {
    try {
      return (ObjectNode) JSON.readTree(Serialization.asJson(object));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a Kubernetes object is no JSON object", e);
    }
  }

  @Override
  public void report(ObjectKey pod, ObjectNode status) {
    PodStatus reported = Serialization.unmarshal(status.toString(), PodStatus.class);
    try {
      client
          .pods()
          .inNamespace(pod.namespace())
          .withName(pod.name())
          .editStatus(
              present -> {
                present.setStatus(reported);
                return present;
              });
    } catch (KubernetesClientException e) {
      log.debug("pod {} went while its status was reported", pod.name(), e);
    }
  }

  @Override
  public void remove(ObjectKey pod) {
    client.pods().inNamespace(pod.namespace()).withName(pod.name()).withGracePeriod(0).delete();
  }

  @Override
  public void close() {
    pods.close();
    execute(kubelet::killAll);
    loop.shutdown();
    launches.shutdown();
    try {
      if (!loop.awaitTermination(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
        loop.shutdownNow();
      }
      if (!launches.awaitTermination(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
        launches.shutdownNow();
      }
      client.nodes().withName(NAME).delete();
    } catch (InterruptedException e) {
      loop.shutdownNow();
      launches.shutdownNow();
      Thread.currentThread().interrupt();
    } catch (KubernetesClientException e) {
      log.warn("the node {} stays registered", NAME, e);
    }
  }
}
