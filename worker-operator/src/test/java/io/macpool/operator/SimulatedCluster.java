package io.macpool.operator;

import io.macpool.core.pool.ScalingMemory;
import io.macpool.core.pool.ScalingPolicy;
import io.macpool.core.pool.ScalingPolicy.Aim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** A WorkerCluster in virtual time: its queue, its pods, and what is recorded of it. */
final class SimulatedCluster {

  final String name;
  final int weight;
  final int maxPerWorker;
  final ScalingPolicy policy;
  final List<SimulatedPod> pods = new ArrayList<>();
  final int phase;
  int queued;
  int recordedJobs;
  Optional<ScalingMemory> memory = Optional.empty();
  boolean woken = true;
  private int made;

  SimulatedCluster(String name, Random random) {
    this.name = name;
    weight = 1 + random.nextInt(3);
    maxPerWorker = 2 + random.nextInt(3);
    int maxJobs = 20 + random.nextInt(40);
    policy =
        new ScalingPolicy(
            random.nextInt(4),
            maxJobs,
            new Aim.PerQueuedJob(1),
            Duration.ZERO,
            Duration.ofSeconds(60),
            OptionalInt.empty());
    phase = random.nextInt(5);
    for (int i = 0; i < (maxJobs + maxPerWorker - 1) / maxPerWorker; i++) {
      add(random.nextInt(10));
    }
  }

  void add(int startsIn) {
    pods.add(new SimulatedPod(name + "-" + made++, startsIn));
  }

  int running() {
    return pods.stream().mapToInt(pod -> pod.jobs.size()).sum();
  }

  int alive() {
    return pods.stream().mapToInt(pod -> pod.size().alive()).sum();
  }
}
