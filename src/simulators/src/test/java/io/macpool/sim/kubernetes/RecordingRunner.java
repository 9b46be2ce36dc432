package io.macpool.sim.kubernetes;

import io.macpool.sim.kubernetes.node.PodRunner;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Pods that obey the test. */
final class RecordingRunner implements PodRunner {

  /** One pod: unready and unending until told otherwise. */
  static final class TestPod implements RunningPod {
    final PodLaunch launch;
    volatile boolean ready;
    volatile boolean endsWhenTold = true;
    volatile boolean terminated;
    volatile boolean killed;
    volatile boolean ended;

    TestPod(PodLaunch launch, boolean ready) {
      this.launch = launch;
      this.ready = ready;
    }

    @Override
    public boolean ready() {
      return ready;
    }

    @Override
    public void terminate() {
      terminated = true;
      ended |= endsWhenTold;
    }

    @Override
    public boolean ended() {
      return ended;
    }

    @Override
    public void kill() {
      killed = true;
      ended = true;
    }

    @Override
    public List<String> log() {
      return List.of("started", launch.name() + " works");
    }
  }

  final Map<String, TestPod> pods = new ConcurrentHashMap<>();
  volatile boolean readyAtOnce = true;

  @Override
  public RunningPod run(PodLaunch launch) {
    TestPod pod = new TestPod(launch, readyAtOnce);
    pods.put(launch.name(), pod);
    return pod;
  }

  long alive() {
    return pods.values().stream().filter(pod -> !pod.ended).count();
  }
}
