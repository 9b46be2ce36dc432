package io.macpool.sandbox;

import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.worker.Main;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Worker pods whose workers are processes, so that they can be killed. A few times a second each is
 * asked whether it is ready and how many processors it has, as a probe and a scrape would.
 */
final class ProcessPods implements PodRunner, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ProcessPods.class);
  private static final Duration LOOK = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final String ADDRESS = "TRAVIS_WORKER_REMOTE_CONTROLLER_ADDR";
  private static final String PROCESSORS = "worker_pool_size ";
  private static final Pattern LOGS_UNTOLD =
      Pattern.compile("worker_channel_serving\\{[^}]*channel=\"logs\"[^}]*} 0.*");

  /** By then what a worker kept of logs is out, once they can be told. */
  private static final Duration LOGS_TOLD = Duration.ofSeconds(5);

  private final Map<String, String> extra;
  private final Path logs;
  private final Set<WorkerPod> pods = ConcurrentHashMap.newKeySet();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "pod-probes"));
  private volatile int mostProcessors;
  private final AtomicInteger endedByThemselves = new AtomicInteger();

  /**
   * No pods yet.
   *
   * @param extra environment that every worker gets beside its pod's
   * @param logs the directory of the workers' output, a file each
   */
  ProcessPods(Map<String, String> extra, Path logs) {
    this.extra = Map.copyOf(extra);
    this.logs = logs;
    var unused =
        looking.scheduleWithFixedDelay(
            this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public RunningPod run(PodLaunch launch) {
    Map<String, String> environment = WorkerPods.environment(launch);
    environment.putAll(extra);
    URI base = URI.create("http://" + environment.get(ADDRESS));
    WorkerPod pod =
        new WorkerPod(
            launch.name(),
            base,
            ServiceProcess.start(Main.class, environment, logs.resolve(launch.name() + ".log")));
    pods.add(pod);
    return pod;
  }

  private void look() {
    pods.stream()
        .filter(pod -> pod.ended() && !pod.told)
        .forEach(pod -> endedByThemselves.incrementAndGet());
    pods.removeIf(WorkerPod::ended);
    pods.forEach(WorkerPod::look);
    mostProcessors = Math.max(mostProcessors, pods.stream().mapToInt(pod -> pod.processors).sum());
  }

  /** The most processors that were alive at one look, over all workers. */
  int mostProcessors() {
    return mostProcessors;
  }

  /** The workers' processes that run now. */
  List<ProcessHandle> running() {
    return pods.stream().filter(pod -> !pod.ended()).map(pod -> pod.process.handle()).toList();
  }

  /** How many workers ended though nobody told them to. */
  int endedByThemselves() {
    return endedByThemselves.get();
  }

  /**
   * Kills a worker that is ready and has told all its logs: that those which can't be told outlive
   * their worker is not promised.
   *
   * @return the name of its pod; empty if there is none
   */
  Optional<String> killOne(int pick) {
    List<WorkerPod> ready =
        pods.stream()
            .filter(pod -> pod.ready && pod.hasToldLogs())
            .sorted(Comparator.comparing(pod -> pod.name))
            .toList();
    if (ready.isEmpty()) {
      return Optional.empty();
    }
    WorkerPod pod = ready.get(pick % ready.size());
    pod.kill();
    return Optional.of(pod.name);
  }

  @Override
  public void close() {
    looking.shutdownNow();
    pods.forEach(WorkerPod::kill);
  }

  private final class WorkerPod implements RunningPod {

    private final String name;
    private final URI base;
    private final ServiceProcess process;
    private volatile boolean ready;
    private volatile int processors;
    private volatile long logsUntoldAt = System.nanoTime();

    /** Whether it was told to end, by a signal of any kind. */
    private volatile boolean told;

    WorkerPod(String name, URI base, ServiceProcess process) {
      this.name = name;
      this.base = base;
      this.process = process;
    }

    private void look() {
      try {
        ready = get("/ready").statusCode() == 200;
        String metrics = get("/metrics").body();
        if (metrics.lines().anyMatch(line -> LOGS_UNTOLD.matcher(line).matches())) {
          logsUntoldAt = System.nanoTime();
        }
        processors =
            metrics
                .lines()
                .filter(line -> line.startsWith(PROCESSORS))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(PROCESSORS.length())))
                .sum();
      } catch (IOException e) {
        log.debug("{} can't be asked", name, e);
        ready = false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private boolean hasToldLogs() {
      return System.nanoTime() - logsUntoldAt > LOGS_TOLD.toNanos();
    }

    private java.net.http.HttpResponse<String> get(String path)
        throws IOException, InterruptedException {
      return http.send(
          HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).build(),
          BodyHandlers.ofString());
    }

    @Override
    public boolean ready() {
      return ready;
    }

    @Override
    public void terminate() {
      told = true;
      process.terminate();
    }

    @Override
    public boolean ended() {
      return !process.isAlive();
    }

    @Override
    public void kill() {
      told = true;
      ready = false;
      processors = 0;
      process.kill();
    }
  }
}
