package io.macpool.sim.kubernetes.node;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs what a pod stands for: a worker in this JVM, or a test's idea of one. */
@FunctionalInterface
public interface PodRunner {

  /**
   * Starts the pod's one container. May take its time; called on one of a few launch threads.
   *
   * @throws RuntimeException if it can't be started: the pod waits and is tried again
   */
  RunningPod run(PodLaunch launch);

  /** Pods that are ready at once, do nothing, and end when they are told to. */
  static PodRunner idle() {
    return launch -> new IdlePod();
  }

  /**
   * What the container is started with.
   *
   * @param env resolved: values, secrets, config maps and fields
   * @param podIp a loopback address of its own
   * @param volumes by mount path: directories that hold what the pod would see there
   */
  record PodLaunch(
      String namespace,
      String name,
      String image,
      Map<String, String> env,
      InetAddress podIp,
      Map<String, Path> volumes) {

    public PodLaunch {
      Objects.requireNonNull(namespace, "namespace");
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(podIp, "podIp");
      env = Map.copyOf(env);
      volumes = Map.copyOf(volumes);
    }
  }

  /** A running container. Its methods are called often and must not wait. */
  interface RunningPod {

    /** What the readiness probe would say. */
    boolean ready();

    /** SIGTERM: end in your own time, within the grace period. Called once. */
    void terminate();

    /** Whether it has ended, for whatever reason. */
    boolean ended();

    /** SIGKILL: end at once. */
    void kill();

    /** The last lines that it logged, for {@code kubectl logs}; empty if nobody keeps them. */
    default List<String> log() {
      return List.of();
    }
  }

  /** A container that does nothing. */
  final class IdlePod implements RunningPod {

    private final AtomicBoolean ended = new AtomicBoolean();

    @Override
    public boolean ready() {
      return !ended.get();
    }

    @Override
    public void terminate() {
      ended.set(true);
    }

    @Override
    public boolean ended() {
      return ended.get();
    }

    @Override
    public void kill() {
      ended.set(true);
    }
  }
}
