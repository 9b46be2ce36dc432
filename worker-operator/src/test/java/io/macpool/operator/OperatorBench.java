package io.macpool.operator;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.service.setting.Settings;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import io.macpool.sim.kubernetes.node.PodRunner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.awaitility.core.ThrowingRunnable;

/** An API with fake workers for pods, and the operator on it. */
final class OperatorBench implements AutoCloseable {

  static final String NAMESPACE = "macstadium-staging";

  static final Path CRDS = Path.of("..", "charts", "worker-operator", "crds");

  final FakeWorkers workers;
  final TestCluster cluster;
  final KubernetesClient client;
  final String namespace;
  private final List<String> flags;
  private final HttpClient http = HttpClient.newHttpClient();
  private Operator operator;

  /** On our simulator of the API server. */
  OperatorBench(String... moreFlags) {
    this(SimulatedApi::new, moreFlags);
  }

  OperatorBench(Function<PodRunner, TestCluster> api, String... moreFlags) {
    workers = new FakeWorkers();
    cluster = api.apply(workers);
    namespace = cluster.namespace();
    try {
      cluster.define(Files.readString(CRDS.resolve("workerclusters.travisci.com.yaml")));
      cluster.define(Files.readString(CRDS.resolve("hardwarepools.travisci.com.yaml")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    client = cluster.newClient();
    flags = new ArrayList<>();
    flags.addAll(List.of("--kubeconfig", cluster.kubeconfig().toString()));
    flags.addAll(List.of("--watch-namespace", namespace, "--admin-addr", "127.0.0.1:0"));
    flags.addAll(List.of("--leader-election", "false", "--settle-interval", "100ms"));
    flags.addAll(List.of("--reconcile-interval", "1s", "--remote-control-timeout", "1s"));
    flags.addAll(List.of(moreFlags));
  }

  /** What only a simulator can do. */
  KubernetesSimulator simulator() {
    return ((SimulatedApi) cluster).simulator();
  }

  OperatorBench start(String... more) {
    operator = Operator.start(settings(more));
    return this;
  }

  Settings settings(String... more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(List.of(more));
    return OperatorSettings.SPEC.read(all, Map.of());
  }

  Operator operator() {
    return operator;
  }

  void restart(String... more) {
    operator.close();
    operator = Operator.start(settings(more));
  }

  void apply(String yaml) {
    client
        .load(stream(yaml))
        .items()
        .forEach(
            item ->
                client.resource(item).inNamespace(namespace).forceConflicts().serverSideApply());
  }

  /** Creates a cluster of a spec that may be none. */
  void create(String name, ObjectNode spec) {
    ObjectNode cluster = spec.objectNode();
    cluster.put("apiVersion", "travisci.com/v1alpha1").put("kind", "WorkerCluster");
    cluster.putObject("metadata").put("name", name);
    cluster.set("spec", spec);
    GenericKubernetesResource resource =
        Serialization.unmarshal(cluster.toString(), GenericKubernetesResource.class);
    client.resource(resource).inNamespace(namespace).create();
  }

  static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A cluster as the Go operator's users wrote it. */
  static String cluster(String name, int maxJobs, int perWorker, String more) {
    return """
    apiVersion: travisci.com/v1alpha1
    kind: WorkerCluster
    metadata: {name: %1$s}
    spec:
      maxJobs: %2$d
      maxJobsPerWorker: %3$d
      selector: {matchLabels: {name: %1$s}}
    %4$s
      template:
        metadata: {labels: {name: %1$s}}
        spec:
          image: travisci/worker:v6.2.0
          imagePullPolicy: IfNotPresent
          resources: {}
          env: [{name: CLUSTER, value: %1$s}]
    """
        .formatted(name, maxJobs, perWorker, more);
  }

  static String pool(String name, int slots) {
    return """
    apiVersion: travisci.com/v1alpha1
    kind: HardwarePool
    metadata: {name: %s}
    spec: {slots: %d}
    """
        .formatted(name, slots);
  }

  WorkerCluster get(String name) {
    return client.resources(WorkerCluster.class).inNamespace(namespace).withName(name).get();
  }

  HardwarePool pool(String name) {
    return client.resources(HardwarePool.class).inNamespace(namespace).withName(name).get();
  }

  WorkerClusterStatus status(String name) {
    return Optional.ofNullable(get(name).getStatus()).orElseGet(WorkerClusterStatus::new);
  }

  RollableScalableResource<Deployment> deployment(String name) {
    return client.apps().deployments().inNamespace(namespace).withName(name);
  }

  /** The reasons of the Events about a cluster. */
  List<String> events(String cluster) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> event.getInvolvedObject().getName().equals(cluster))
        .map(Event::getReason)
        .toList();
  }

  /** Edits as kubectl does: a conflict with the operator's own write is tried again. */
  void edit(String name, Consumer<WorkerCluster> change) {
    await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> edited(name, change));
  }

  private boolean edited(String name, Consumer<WorkerCluster> change) {
    try {
      client
          .resources(WorkerCluster.class)
          .inNamespace(namespace)
          .withName(name)
          .edit(
              cluster -> {
                change.accept(cluster);
                return cluster;
              });
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == 409) {
        return false;
      }
      throw e;
    }
  }

  /** What the operator tells Prometheus. */
  String metrics() throws IOException, InterruptedException {
    return admin("/metrics");
  }

  /** What the operator answers to those who look after it. */
  String admin(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + operator.adminPort() + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  /** Whether something stays as it is over several rounds. */
  static void unchangedFor(java.util.function.Supplier<String> what) {
    String first = what.get();
    await()
        .during(Duration.ofSeconds(4))
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> what.get().equals(first));
  }

  static void eventually(ThrowingRunnable assertion) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(25))
        .untilAsserted(assertion);
  }

  @Override
  public void close() {
    if (operator != null) {
      operator.close();
    }
    client.close();
    cluster.close();
    workers.close();
  }
}
