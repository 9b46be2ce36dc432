package io.macpool.core.simulation;

import io.macpool.core.pool.ScalingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A cluster of workers, and the Kubernetes that keeps as many pods as are wanted. */
final class Cluster {

  final String name;
  final List<Pod> pods = new ArrayList<>();
  ScalingPolicy policy;

  /** On record: its Deployment's, and the limit decided last. */
  int replicas = 1;

  int recordedLimit;

  private final Whole whole;
  private final VirtualTime time;
  private int made;

  Cluster(Whole whole, String name) {
    this.whole = whole;
    this.time = whole.time();
    this.name = name;
    edit(4);
    time.every(Duration.ofSeconds(1), whole.life(), this::keepReplicas);
  }

  /** Somebody says how many jobs it may run. */
  void edit(int maxJobs) {
    policy =
        new ScalingPolicy(
            Math.min(1, maxJobs),
            maxJobs,
            new ScalingPolicy.Aim.PerQueuedJob(1),
            Duration.ZERO,
            Duration.ofSeconds(45),
            OptionalInt.empty());
  }

  private void keepReplicas() {
    List<Pod> standing = pods.stream().filter(pod -> !pod.isTerminating).toList();
    for (int i = standing.size(); i < replicas; i++) {
      Pod pod = new Pod(name + "-" + ++made);
      pods.add(pod);
      startSoon(pod);
    }
    if (standing.size() > replicas) {
      Pod next = first(standing);
      boolean isReady = isReady(next);
      time.note(next.id + " is one too many");
      if (isReady) {
        next.worker.ifPresent(whole.promises()::scaledDown);
      }
      terminate(next);
    }
  }

  /** Kubernetes takes what is not ready, then what is marked. */
  private Pod first(List<Pod> standing) {
    Comparator<Pod> order =
        whole.planted() == Planted.BUSIEST_POD_GOES
            ? Comparator.comparing(pod -> -pod.worker.map(Worker::running).orElse(0))
            : Comparator.comparing(this::isReady).thenComparing(pod -> !pod.isMarked);
    return standing.stream().min(order).orElseThrow();
  }

  private boolean isReady(Pod pod) {
    return pod.worker.filter(one -> one.life().isAlive() && !time.isStill(one.life())).isPresent();
  }

  /** It takes nothing any more, and goes when it holds nothing. */
  void terminate(Pod pod) {
    pod.isTerminating = true;
    Optional<Worker> running = pod.worker.filter(one -> one.life().isAlive());
    if (running.isEmpty()) {
      pods.remove(pod);
      return;
    }
    Worker worker = running.get();
    time.in(
        time.millis(1, 300),
        worker.life(),
        () ->
            worker.drain(
                () -> {
                  whole.promises().scaledDown(worker);
                  whole.end(worker);
                  pods.remove(pod);
                }));
  }

  private void startSoon(Pod pod) {
    time.in(
        time.seconds(2, 20),
        whole.life(),
        () -> {
          if (!pod.isTerminating) {
            pod.worker = Optional.of(whole.start(name));
          }
        });
  }

  /** Its process dies, and another begins in its place. */
  void die(Pod pod) {
    pod.worker.ifPresent(
        worker -> {
          time.note(worker + " dies");
          whole.end(worker);
        });
    if (pod.isTerminating) {
      pods.remove(pod);
    } else {
      startSoon(pod);
    }
  }

  int alive() {
    return pods.stream().mapToInt(Pod::alive).sum();
  }

  int running() {
    return pods.stream().mapToInt(pod -> pod.lastRunning).sum();
  }
}
