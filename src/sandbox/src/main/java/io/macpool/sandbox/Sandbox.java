package io.macpool.sandbox;

import io.macpool.brain.JupiterBrain;
import io.macpool.console.Console;
import io.macpool.operator.Operator;
import io.macpool.service.Resources;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The whole system, running. Closing it leaves no process, thread or file of its own behind. */
final class Sandbox implements AutoCloseable {

  private static final Duration WORKERS_START = Duration.ofSeconds(60);
  private static final Duration WORKERS_DRAIN = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Resources resources = new Resources();

  @SuppressWarnings("NullAway.Init") // start sets it before anybody has this
  private Peers peers;

  @SuppressWarnings("NullAway.Init") // as above
  private SandboxInfo info;

  @SuppressWarnings("NullAway.Init") // as above
  private Usage usage;

  private Optional<HostRepairs> repairs = Optional.empty();

  private Sandbox() {}

  /** Starts everything; when it throws, nothing is left running. */
  static Sandbox start(SandboxOptions options, Progress progress) throws IOException {
    Sandbox sandbox = new Sandbox();
    boolean started = false;
    try {
      sandbox.startAll(options, progress);
      started = true;
      return sandbox;
    } finally {
      if (!started) {
        sandbox.close();
      }
    }
  }

  private void startAll(SandboxOptions options, Progress progress) throws IOException {
    progress.state("starting the peers");
    Path directory = resources.own("files", TemporaryDirectory.create()).path();
    WorkerPods pods = new WorkerPods();
    peers = resources.own("peers", Peers.start(options, directory, pods));
    Wiring wiring = new Wiring(options, peers);

    progress.state("starting jupiter-brain and worker-operator");
    JupiterBrain brain = resources.own("jupiter-brain", JupiterBrain.start(wiring.brainSettings()));
    String brokerUrl = "http://127.0.0.1:" + brain.port();
    String brainAdmin = "http://127.0.0.1:" + brain.adminPort();
    CustomResources.apply(peers.cluster());
    Operator operator = resources.own("operator", Operator.start(wiring.operatorSettings()));
    String pool = wiring.hardwarePool().toString();
    peers.cluster().apply(pool);
    resources.own("HardwarePool", () -> peers.cluster().delete(pool, WORKERS_DRAIN));
    String workers = wiring.workerCluster(brokerUrl).toString();
    peers.cluster().apply(wiring.sshSecret().toString());
    peers.cluster().apply(workers);
    resources.own("WorkerCluster", () -> peers.cluster().delete(workers, WORKERS_DRAIN));
    if (!options.endsByItself()) {
      awaitWorkers(pods, options.maxJobs(), progress);
    }
    usage =
        resources.own(
            "usage", Usage.start(brokerUrl, wiring.token(), brainAdmin, pods::processors));

    if (options.wearsOutHosts()) {
      repairs =
          peers
              .vcenter()
              .map(
                  vcenter ->
                      resources.own(
                          "host repairs",
                          HostRepairs.start(brokerUrl, wiring.token(), vcenter::reboots)));
    }

    Map<String, String> admin = new TreeMap<>();
    admin.put("jupiter-brain", brainAdmin);
    admin.put("worker-operator", "http://127.0.0.1:" + operator.adminPort());
    admin.putAll(pods.adminUrls());
    @Nullable String consoleUrl = null;
    if (!options.endsByItself()) {
      Console console =
          resources.own(
              "console",
              Console.start(wiring.consoleSettings(brokerUrl, directory.resolve("history"))));
      consoleUrl = "http://127.0.0.1:" + console.port();
      admin.put("console", "http://127.0.0.1:" + console.adminPort());
    }
    info = wiring.info(brokerUrl, consoleUrl, admin);
    if (options.info().isPresent()) {
      info.write(options.info().get());
    }
    Optional<Path> running = SandboxInfo.runningFile();
    if (running.isPresent() && !options.endsByItself()) {
      info.write(running.get());
      resources.own("info", () -> info.remove(running.get()));
    }
    progress.end();
  }

  /** What is said to run shall run: a first job then needs no patience. */
  private static void awaitWorkers(WorkerPods pods, int processors, Progress progress) {
    progress.state("starting the workers");
    Instant deadline = Instant.now().plus(WORKERS_START);
    CountDownLatch never = new CountDownLatch(1);
    try {
      while (!pods.areReady(processors)) {
        if (Instant.now().isAfter(deadline)) {
          progress.say("! not all workers are ready yet: kubectl get wc,pods tells why");
          return;
        }
        never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** To be called once the scheduler is connected: a cut then costs it time only. */
  void beginChaos() {
    peers.beginChaos();
  }

  URI amqpUri() {
    return peers.amqpUri();
  }

  String queue() {
    return Wiring.QUEUE;
  }

  SandboxInfo info() {
    return info;
  }

  Usage usage() {
    return usage;
  }

  /**
   * A move away from vCenter's hosts.
   *
   * @param seed decides on their order
   */
  Migration migration(long seed) {
    return Migration.of(info.brokerUrl(), info.brokerToken(), seed);
  }

  /** How hosts are repaired, if they wear out. */
  Optional<HostRepairs> repairs() {
    return repairs;
  }

  @Override
  public void close() {
    resources.close();
  }
}
