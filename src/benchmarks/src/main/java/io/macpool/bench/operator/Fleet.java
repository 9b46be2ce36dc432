package io.macpool.bench.operator;

import io.macpool.bench.ServiceProcess;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.kubernetes.ApiCalls;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A hundred WorkerClusters of ten pods, each following a queue of its own; half of them share one
 * HardwarePool of a fixed size, half one whose size is a broker's. Beside them lie Secrets and
 * ConfigMaps that are nobody's business, as in any namespace.
 */
final class Fleet implements AutoCloseable {

  static final int CLUSTERS = 100;
  static final int PODS = 10;

  static final int HEAP_MEBIBYTES = 256;

  private static final String NAMESPACE = "bench";
  private static final int JOBS_PER_POD = 10;
  private static final int SLOTS = CLUSTERS * PODS * JOBS_PER_POD;
  private static final int FOREIGN = 100;
  private static final int FOREIGN_BYTES = 64 << 10;

  /** Longer than the operator takes to find a cluster idle: what changed last is shown by then. */
  private static final Duration QUIET = Duration.ofSeconds(25);

  private final FakeWorkers workers = new FakeWorkers(SLOTS);
  private final KubernetesSimulator kubernetes =
      KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), workers);
  private final AmqpSimulator amqp = AmqpSimulator.start();
  private final JobPublisher publisher = JobPublisher.connect(amqp.uri());
  private final Path log = Files.createTempFile("operator", ".log");
  private final Map<String, Integer> depths = new TreeMap<>();

  /** With everything but the clusters. */
  Fleet() throws IOException {
    define("/crds/workerclusters.travisci.com.yaml");
    define("/crds/hardwarepools.travisci.com.yaml");
    byte[] content = new byte[FOREIGN_BYTES];
    Random random = new Random(1);
    for (int i = 0; i < FOREIGN; i++) {
      random.nextBytes(content);
      String text = Base64.getEncoder().encodeToString(content);
      load("v1", "Secret", "foreign-" + i, "data: {content: " + text + "}");
      load("v1", "ConfigMap", "foreign-" + i, "data: {content: " + text + "}");
    }
    String token =
        Base64.getEncoder()
            .encodeToString(FakeWorkers.BROKER_TOKEN.getBytes(StandardCharsets.UTF_8));
    load("v1", "Secret", "broker", "data: {token: " + token + "}");
    load("travisci.com/v1alpha1", "HardwarePool", "fixed", "spec: {slots: " + SLOTS + "}");
    load(
        "travisci.com/v1alpha1",
        "HardwarePool",
        "broker",
        "spec: {brokerUrl: \"http://127.0.0.1:%d\", brokerTokenSecret: {name: broker, key: token}}"
            .formatted(workers.port()));
  }

  private void define(String resource) throws IOException {
    try (InputStream stream = Fleet.class.getResourceAsStream(resource)) {
      kubernetes.load(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private void load(String version, String kind, String name, String content) {
    kubernetes.load(
        "{apiVersion: %s, kind: %s, metadata: {name: %s, namespace: %s}}\n"
            .formatted(version, kind, name, NAMESPACE)
            .replaceFirst("}}\n$", "}, " + content + "}\n"));
  }

  /** The names of all clusters. */
  static List<String> clusters() {
    return IntStream.range(0, CLUSTERS).mapToObj("cluster-%02d"::formatted).toList();
  }

  /** Creates the clusters, with one job in the queue of each. */
  void createClusters() {
    int number = 0;
    for (String cluster : clusters()) {
      put(cluster, 1);
      load("v1", "ConfigMap", cluster, "data: {IMAGE: macos-15}");
      kubernetes.load(
          """
          apiVersion: travisci.com/v1alpha1
          kind: WorkerCluster
          metadata: {name: %1$s, namespace: %2$s}
          spec:
            maxJobs: %3$d
            maxJobsPerWorker: %4$d
            hardwarePool: %5$s
            rolloutOnConfigChange: true
            scaling: {queue: %1$s, scaleDownStabilization: 1s}
            selector: {matchLabels: {name: %1$s}}
            template:
              metadata: {labels: {name: %1$s}}
              spec:
                image: travisci/worker:v6.2.0
                env: [{name: CLUSTER, value: %1$s}]
                envFrom: [{configMapRef: {name: %1$s}}]
          """
              .formatted(
                  cluster,
                  NAMESPACE,
                  PODS * JOBS_PER_POD,
                  JOBS_PER_POD,
                  number++ % 2 == 0 ? "fixed" : "broker"));
    }
  }

  /** Puts so many more jobs into a cluster's queue. */
  void put(String cluster, int jobs) {
    depths.merge(cluster, jobs, Integer::sum);
    publisher.publish(cluster, Collections.nCopies(jobs, "{}"));
  }

  /** Takes away whatever waits, and waits until no worker is to run anything. */
  void emptyQueues(Duration patience) throws Exception {
    for (String cluster : clusters()) {
      publisher.emptyQueue(cluster);
    }
    depths.clear();
    whenAllSized().get(patience.toSeconds(), TimeUnit.SECONDS);
  }

  /** Jobs in a cluster's queue, which nobody takes. */
  int depth(String cluster) {
    return depths.getOrDefault(cluster, 0);
  }

  /** When each cluster's pods have been given its queue's depth. */
  CompletableFuture<Void> whenAllSized() {
    return CompletableFuture.allOf(
        clusters().stream()
            .map(cluster -> workers.whenSized(cluster, depth(cluster)))
            .toArray(CompletableFuture[]::new));
  }

  FakeWorkers workers() {
    return workers;
  }

  ApiCalls calls() {
    return kubernetes.calls();
  }

  /** Starts an operator, always under the same name, so that it need not wait for the Lease. */
  ServiceProcess startOperator() throws IOException {
    int port = ServiceProcess.freePort();
    return ServiceProcess.start(
        "io.macpool.operator.Main",
        HEAP_MEBIBYTES,
        Map.of(
            "WORKER_OPERATOR_KUBECONFIG",
            kubernetes.kubeconfig().toString(),
            "WATCH_NAMESPACE",
            NAMESPACE,
            "POD_NAME",
            "worker-operator-bench",
            "WORKER_OPERATOR_ADMIN_ADDR",
            "127.0.0.1:" + port,
            "WORKER_OPERATOR_AMQP_URI",
            amqp.uri().toString(),
            "WORKER_OPERATOR_REMOTE_CONTROL_PORT",
            Integer.toString(workers.port())),
        port,
        log);
  }

  /** Waits until nothing but leases and watches was asked of the API for some seconds. */
  void awaitQuiet(Duration patience) throws InterruptedException {
    long[] last = {-1, System.nanoTime()};
    await(
        patience,
        "the operator to have nothing more to do",
        () -> {
          long now = calls().reads() + calls().writes();
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > QUIET.toNanos();
        });
  }

  static void await(Duration patience, String what, BooleanSupplier condition)
      throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("waited " + patience + " in vain for " + what);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Override
  public void close() throws IOException {
    publisher.close();
    amqp.close();
    kubernetes.close();
    workers.close();
    Files.delete(log);
  }
}
