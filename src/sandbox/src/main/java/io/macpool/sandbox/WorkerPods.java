package io.macpool.sandbox;

import io.macpool.service.ServiceMain;
import io.macpool.service.setting.Settings;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.worker.Worker;
import io.macpool.worker.WorkerSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a kubelet is to worker pods: runs the real worker, in this JVM, with the pod's environment.
 * Two things differ from a pod of its own: an address that means every interface becomes the pod's
 * own, and paths below a volume's mount become where the volume really lies.
 */
final class WorkerPods implements PodRunner {

  private final Set<WorkerPod> pods = ConcurrentHashMap.newKeySet();

  @Override
  public RunningPod run(PodLaunch launch) {
    Settings settings =
        ServiceMain.withCommonSettings(WorkerSettings.SPEC).read(List.of(), environment(launch));
    PodLog log = new PodLog();
    AtomicReference<Worker> worker = new AtomicReference<>();
    log.during(() -> worker.set(Worker.start(settings)));
    WorkerPod pod =
        new WorkerPod(launch, Objects.requireNonNull(worker.get(), "it has started"), log);
    pods.add(pod);
    return pod;
  }

  /** What a worker that is no pod is told, to do what the pod's would. */
  static Map<String, String> environment(PodLaunch launch) {
    Map<String, String> environment = new HashMap<>();
    launch.env().forEach((name, value) -> environment.put(name, inPod(launch, value)));
    environment.putIfAbsent("TRAVIS_WORKER_HOSTNAME", launch.name());
    return environment;
  }

  /** Processors alive in all workers, those finishing their last job included. */
  int processors() {
    return pods.stream().mapToInt(pod -> pod.worker.view().alive()).sum();
  }

  /** Whether there are so many processors, in workers that are all connected to their queue. */
  boolean areReady(int wanted) {
    return processors() >= wanted && pods.stream().allMatch(WorkerPod::ready);
  }

  /** Where each worker answers for its health, metrics and remote control, by pod. */
  Map<String, String> adminUrls() {
    Map<String, String> urls = new TreeMap<>();
    for (WorkerPod pod : pods) {
      pod.worker
          .remotePort()
          .ifPresent(
              port ->
                  urls.put(
                      pod.launch.name(),
                      "http://" + pod.launch.podIp().getHostAddress() + ":" + port));
    }
    return urls;
  }

  private static String inPod(PodLaunch launch, String value) {
    if (value.startsWith("0.0.0.0:")) {
      return launch.podIp().getHostAddress() + value.substring("0.0.0.0".length());
    }
    for (Map.Entry<String, Path> volume : launch.volumes().entrySet()) {
      if (value.startsWith(volume.getKey() + "/")) {
        return volume.getValue() + value.substring(volume.getKey().length());
      }
    }
    return value;
  }

  private final class WorkerPod implements RunningPod {

    private final PodLaunch launch;
    private final Worker worker;
    private final PodLog log;

    WorkerPod(PodLaunch launch, Worker worker, PodLog log) {
      this.launch = launch;
      this.worker = worker;
      this.log = log;
    }

    @Override
    public boolean ready() {
      return worker.isReady();
    }

    @Override
    public void terminate() {
      worker.drain();
    }

    @Override
    public boolean ended() {
      return worker.isDrained();
    }

    @Override
    public void kill() {
      pods.remove(this);
      worker.close();
    }

    @Override
    public List<String> log() {
      return log.lines();
    }
  }
}
