package io.macpool.operator;

import io.macpool.core.pool.ScalingMemory;
import io.macpool.core.pool.ScalingPolicy;
import io.macpool.core.pool.ScalingPolicy.Aim;
import io.macpool.core.pool.SlotClaim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** A WorkerCluster in virtual time: its queue, its pods, and what is recorded of it. */
final class SimulatedCluster {

  /** How far the rounds of clusters that nothing wakes are apart, in seconds. */
  static final int INTERVAL = 5;

  final String name;
  final List<SimulatedPod> pods = new ArrayList<>();
  final int weight;
  final int maxPerWorker;
  ScalingPolicy policy;
  int queued;
  int recordedJobs;
  Optional<ScalingMemory> memory = Optional.empty();

  private final int phase;
  private boolean woken = true;
  private int made;
  private int allowed;

  SimulatedCluster(String name, SimulatedFleet.Size size, Random random) {
    this.name = name;
    weight = 1 + random.nextInt(3);
    maxPerWorker = 1 + random.nextInt(4);
    phase = random.nextInt(INTERVAL);
    maxJobs(size.leastJobs() + random.nextInt(size.mostJobs() - size.leastJobs() + 1), random, 0);
  }

  /** Somebody edits its limit; pods for it start within ten seconds. */
  void maxJobs(int jobs, Random random, int second) {
    policy =
        new ScalingPolicy(
            Math.min(jobs, random.nextInt(4)),
            jobs,
            new Aim.PerQueuedJob(1),
            Duration.ZERO,
            Duration.ofSeconds(60),
            OptionalInt.empty());
    int wanted = (jobs + maxPerWorker - 1) / maxPerWorker;
    while (pods.size() < wanted) {
      add(second + random.nextInt(10));
    }
    allowed = Math.max(allowed, jobs);
    woken = true;
  }

  void add(int startsAt) {
    pods.add(new SimulatedPod(name + "-" + made++, startsAt));
  }

  void wake() {
    woken = true;
  }

  /** Whether its round is due; it is not woken any more then. */
  boolean due(int second) {
    boolean due = woken || second % INTERVAL == phase;
    woken &= !due;
    return due;
  }

  /** What an operator that starts reads from its status. */
  SlotClaim recordedClaim() {
    int held = 0;
    for (SimulatedPod pod : pods) {
      held += pod.recordedBound();
    }
    return new SlotClaim(name, weight, policy.minJobs(), recordedJobs, held);
  }

  int running() {
    int running = 0;
    for (SimulatedPod pod : pods) {
      running += pod.running();
    }
    return running;
  }

  int alive() {
    int alive = 0;
    for (SimulatedPod pod : pods) {
      alive += pod.alive();
    }
    return alive;
  }

  int idle(int second) {
    int idle = 0;
    for (SimulatedPod pod : pods) {
      idle += pod.idle(second);
    }
    return idle;
  }

  /**
   * The most that may be alive: its limit, or after that was lowered what was granted before and
   * has not gone yet.
   */
  int allowed() {
    int bound = 0;
    for (SimulatedPod pod : pods) {
      bound += Math.max(pod.alive(), pod.recordedBound());
    }
    allowed = Math.max(policy.maxJobs(), Math.min(allowed, bound));
    return allowed;
  }
}
