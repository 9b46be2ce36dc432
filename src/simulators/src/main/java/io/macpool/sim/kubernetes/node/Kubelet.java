package io.macpool.sim.kubernetes.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.node.LocalPod.Phase;
import io.macpool.sim.kubernetes.node.PodRunner.PodLaunch;
import io.macpool.sim.kubernetes.node.PodRunner.RunningPod;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one node: runs each pod by the {@link PodRunner}, reports its status, restarts it when it
 * ends by itself, and lets it end in its grace period. Confined to the controllers' thread, but for
 * launches.
 */
public final class Kubelet {

  private static final Logger log = LoggerFactory.getLogger(Kubelet.class);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);

  private final NodeApi api;
  private final PodEnvironment environment;
  private final PodRunner runner;
  private final Clock clock;
  private final Path directory;
  private final Executor launches;
  private final Executor controllers;
  private final Map<String, LocalPod> pods = new HashMap<>();
  private final PodAddresses addresses = PodAddresses.claim();

  public Kubelet(
      NodeApi api,
      PodRunner runner,
      Clock clock,
      Path directory,
      Executor launches,
      Executor controllers) {
    this.api = api;
    this.environment = new PodEnvironment(api);
    this.runner = runner;
    this.clock = clock;
    this.directory = directory;
    this.launches = launches;
    this.controllers = controllers;
  }

  /** A pod was added, changed or removed. */
  public void observe(ObjectKey key) {
    Optional<ObjectNode> pod = api.get(key);
    String uid = pod.map(Metadata::uid).orElse("");
    List<LocalPod> gone =
        pods.values().stream()
            .filter(local -> local.key.equals(key) && !local.uid.equals(uid))
            .toList();
    gone.forEach(this::forget);
    if (pod.isEmpty()) {
      return;
    }
    LocalPod local = pods.get(uid);
    if (local == null) {
      local = new LocalPod(key, uid, addresses.take(), directory.resolve(uid), clock.instant());
      pods.put(uid, local);
    }
    if (Metadata.isDeleted(pod.get()) && local.killAt.isEmpty()) {
      String end = Metadata.read(pod.get()).path("deletionTimestamp").asText();
      local.killAt = Optional.of(Instant.parse(end));
    }
    step(local);
  }

  /** Looks at every pod. */
  public void tick() {
    List.copyOf(pods.values()).forEach(this::step);
  }

  private void step(LocalPod local) {
    Optional<ObjectNode> pod = api.get(local.key);
    if (pod.isEmpty() || !Metadata.uid(pod.get()).equals(local.uid)) {
      forget(local);
      return;
    }
    if (local.cutOff) {
      return;
    }
    boolean ended = local.running != null && local.running.ended();
    if (local.killAt.isPresent()) {
      end(local, ended || local.phase == Phase.WAITING);
      return;
    }
    if (ended) {
      restartLater(local);
    }
    if (local.phase == Phase.WAITING && !clock.instant().isBefore(local.retryAt)) {
      launch(local, pod.get());
    }
    local.ready = local.running != null && !ended && local.running.ready();
    report(local, pod.get());
  }

  private void end(LocalPod local, boolean ended) {
    if (!ended && !local.told && local.running != null) {
      local.told = true;
      local.running.terminate();
    }
    if (!ended && clock.instant().isAfter(local.killAt.get()) && local.running != null) {
      local.running.kill();
    }
    boolean over = ended || (local.running != null && local.running.ended());
    if (over && local.phase != Phase.STARTING) {
      api.remove(local.key);
      if (api.get(local.key).isEmpty()) {
        forget(local);
      }
    } else {
      local.ready = local.running != null && local.running.ready();
      api.get(local.key).ifPresent(pod -> report(local, pod));
    }
  }

  private void restartLater(LocalPod local) {
    local.restarts++;
    local.running = null;
    local.phase = Phase.WAITING;
    local.waitingFor = "CrashLoopBackOff";
    Duration backoff = RETRY.multipliedBy(1L << Math.min(local.restarts - 1, 10));
    local.retryAt =
        clock.instant().plus(backoff.compareTo(MAX_BACKOFF) < 0 ? backoff : MAX_BACKOFF);
  }

  private void launch(LocalPod local, ObjectNode pod) {
    PodLaunch launch;
    try {
      launch = launchOf(local, pod);
    } catch (PodEnvironment.Missing missing) {
      wait(local, "CreateContainerConfigError", String.valueOf(missing.getMessage()));
      return;
    } catch (IOException e) {
      wait(local, "CreateContainerError", e.toString());
      return;
    }
    local.phase = Phase.STARTING;
    local.waitingFor = "ContainerCreating";
    local.message = "";
    launches.execute(() -> run(local, launch));
  }

  private PodLaunch launchOf(LocalPod local, ObjectNode pod) throws IOException {
    return new PodLaunch(
        local.key.namespace(),
        local.key.name(),
        pod.path("spec").path("containers").path(0).path("image").asText(""),
        environment.variables(pod, local.ip),
        address(local.ip),
        environment.volumes(pod, local.directory));
  }

  private static InetAddress address(String ip) throws UnknownHostException {
    return InetAddress.getByName(ip);
  }

  private void wait(LocalPod local, String reason, String message) {
    local.waitingFor = reason;
    local.message = message;
    local.retryAt = clock.instant().plus(RETRY);
  }

  /** On a launch thread. */
  private void run(LocalPod local, PodLaunch launch) {
    try {
      RunningPod running = runner.run(launch);
      controllers.execute(() -> started(local, running));
    } catch (RuntimeException e) {
      log.warn("pod {} can't be started", launch.name(), e);
      controllers.execute(
          () -> {
            local.phase = Phase.WAITING;
            wait(local, "RunContainerError", String.valueOf(e.getMessage()));
            step(local);
          });
    }
  }

  private void started(LocalPod local, RunningPod running) {
    if (!pods.containsKey(local.uid)) {
      running.kill();
      return;
    }
    local.running = running;
    local.phase = Phase.RUNNING;
    local.startedAt = clock.instant();
    step(local);
  }

  private void report(LocalPod local, ObjectNode pod) {
    if (!local.hasNews()) {
      return;
    }
    JsonNode container = pod.path("spec").path("containers").path(0);
    ObjectNode status =
        local.status(container.path("name").asText(), container.path("image").asText());
    if (status.equals(pod.path("status"))) {
      return;
    }
    api.report(local.key, status);
  }

  private void forget(LocalPod local) {
    pods.remove(local.uid);
    addresses.giveBack(local.ip);
    if (local.running != null && !local.running.ended()) {
      local.running.kill();
    }
    remove(local.directory);
  }

  /** A crash: the container ends at once, and is started again. */
  public boolean crash(String namespace, String name) {
    Optional<RunningPod> running = find(namespace, name).map(pod -> pod.running);
    running.ifPresent(RunningPod::kill);
    return running.isPresent();
  }

  /** The node goes silent about the pod, or is heard of again; the container runs on. */
  public boolean cutOff(String namespace, String name, boolean silent) {
    Optional<LocalPod> local = find(namespace, name);
    local.ifPresent(pod -> pod.cutOff = silent);
    return local.isPresent();
  }

  /** What the pod's container has logged; empty if there is no such container. */
  public Optional<List<String>> log(String namespace, String name) {
    return find(namespace, name).map(pod -> pod.running).map(RunningPod::log);
  }

  private Optional<LocalPod> find(String namespace, String name) {
    ObjectKey key = new ObjectKey("pods", namespace, name);
    return pods.values().stream().filter(local -> local.key.equals(key)).findFirst();
  }

  /** The node's end: kills every container. */
  public void killAll() {
    List.copyOf(pods.values()).forEach(this::forget);
    addresses.close();
  }

  public static void remove(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      log.warn("can't remove {}", directory, e);
    }
  }
}
