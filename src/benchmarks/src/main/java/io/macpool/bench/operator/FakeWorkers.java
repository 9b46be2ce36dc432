package io.macpool.bench.operator;

import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.net.LoopbackServer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Workers that obey their remote control and run nothing. One listener stands for all: a pod is
 * told by the loopback address that a request came to. The same listener is the VM broker whose
 * capacity a HardwarePool reads.
 */
final class FakeWorkers implements PodRunner, AutoCloseable {

  static final String BROKER_TOKEN = "bench";

  /** The variable of a pod's environment that names its cluster. */
  static final String CLUSTER = "CLUSTER";

  private static final String AUTH = "TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH";

  private final Map<String, Worker> workers = new ConcurrentHashMap<>();
  private final Map<String, Cluster> clusters = new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();
  private final int brokerSlots;
  private final LoopbackServer server;
  private volatile CompletableFuture<Long> firstPatch = new CompletableFuture<>();

  FakeWorkers(int brokerSlots) {
    this.brokerSlots = brokerSlots;
    server = LoopbackServer.start("0.0.0.0", 0, vertx -> this::receive);
  }

  /** One pod. Its size is changed by the listener's thread alone. */
  private static final class Worker {
    final Cluster cluster;
    final String authorization;
    int size;

    Worker(Cluster cluster, String credential) {
      this.cluster = cluster;
      byte[] bytes = credential.getBytes(StandardCharsets.UTF_8);
      authorization = "Basic " + Base64.getEncoder().encodeToString(bytes);
    }
  }

  /** The sum of its pods' sizes, and who waits for it to become something. */
  private static final class Cluster {
    private int sum;
    private int awaited = -1;
    private CompletableFuture<Long> arrival = new CompletableFuture<>();

    synchronized void change(int by) {
      sum += by;
      completeIfThere();
    }

    synchronized CompletableFuture<Long> await(int size) {
      awaited = size;
      arrival = new CompletableFuture<>();
      completeIfThere();
      return arrival;
    }

    private void completeIfThere() {
      if (sum == awaited) {
        arrival.complete(System.nanoTime());
      }
    }
  }

  int port() {
    return server.port();
  }

  int count() {
    return workers.size();
  }

  /** Calls to all workers so far. */
  long calls() {
    return calls.get();
  }

  /**
   * When the pods of a cluster have this size together, as {@link System#nanoTime()} told it. One
   * asks at a time.
   */
  CompletableFuture<Long> whenSized(String cluster, int size) {
    return cluster(cluster).await(size);
  }

  /** When any worker is told a size, from now on. */
  CompletableFuture<Long> whenFirstTold() {
    CompletableFuture<Long> next = new CompletableFuture<>();
    firstPatch = next;
    return next;
  }

  /** A cluster's pods, and what they want to see in {@code Authorization}. */
  Map<String, String> authorizations(String cluster) {
    Map<String, String> found = new ConcurrentHashMap<>();
    workers.forEach(
        (address, worker) -> {
          if (worker.cluster == clusters.get(cluster)) {
            found.put(address, worker.authorization);
          }
        });
    return found;
  }

  private Cluster cluster(String name) {
    return clusters.computeIfAbsent(name, n -> new Cluster());
  }

  @Override
  public RunningPod run(PodLaunch launch) {
    String address = launch.podIp().getHostAddress();
    workers.put(
        address,
        new Worker(
            cluster(launch.env().getOrDefault(CLUSTER, "")), launch.env().getOrDefault(AUTH, "")));
    return new Pod(address);
  }

  /** Ends as soon as it is told to. */
  private final class Pod implements RunningPod {
    private final String address;

    Pod(String address) {
      this.address = address;
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void terminate() {
      kill();
    }

    @Override
    public boolean ended() {
      return !workers.containsKey(address);
    }

    @Override
    public void kill() {
      Worker gone = workers.remove(address);
      if (gone != null) {
        gone.cluster.change(-gone.size);
      }
    }
  }

  private void receive(HttpServerRequest request) {
    if (request.path().equals("/capacity")) {
      tellCapacity(request);
      return;
    }
    calls.incrementAndGet();
    Worker worker = workers.get(request.localAddress().hostAddress());
    if (worker == null || !worker.authorization.equals(request.getHeader("Authorization"))) {
      request.response().setStatusCode(403).end();
    } else if (request.method().equals(HttpMethod.PATCH)) {
      request.bodyHandler(body -> resize(worker, body, request));
    } else {
      request.response().putHeader("Content-Type", "application/json").end(report(worker));
    }
  }

  private void resize(Worker worker, Buffer body, HttpServerRequest request) {
    int size = body.toJsonObject().getInteger("poolSize");
    firstPatch.complete(System.nanoTime());
    worker.cluster.change(size - worker.size);
    worker.size = size;
    request.response().setStatusCode(204).end();
  }

  private static Buffer report(Worker worker) {
    JsonArray processors = new JsonArray();
    for (int i = 0; i < worker.size; i++) {
      processors.add(
          new JsonObject()
              .put("id", "1@bench." + i)
              .put("processed", 0)
              .put("status", "waiting")
              .put("lastJobId", 0));
    }
    return new JsonObject()
        .put("version", "bench")
        .put("poolSize", worker.size)
        .put("expectedPoolSize", worker.size)
        .put("totalProcessed", 0)
        .put("processors", processors)
        .toBuffer();
  }

  private void tellCapacity(HttpServerRequest request) {
    if (!("token " + BROKER_TOKEN).equals(request.getHeader("Authorization"))) {
      request.response().setStatusCode(401).end();
      return;
    }
    JsonObject slots =
        new JsonObject()
            .put("total", brokerSlots)
            .put("used", 0)
            .put("warm", 0)
            .put("free", brokerSlots);
    JsonObject capacity =
        new JsonObject().put("type", "capacity").put("id", "all").put("slots", slots);
    request
        .response()
        .putHeader("Content-Type", "application/json")
        .end(new JsonObject().put("data", new JsonArray(List.of(capacity))).toBuffer());
  }

  @Override
  public void close() {
    server.close();
  }
}
