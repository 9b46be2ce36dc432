package io.macpool.operator;

import io.macpool.core.Observed;
import io.macpool.core.pool.AutoscalePlanner;
import io.macpool.core.pool.Backlog;
import io.macpool.core.pool.PoolSize;
import io.macpool.core.pool.PoolSizePlan;
import io.macpool.core.pool.PoolSizePlanner;
import io.macpool.core.pool.ScalingDecision;
import io.macpool.core.pool.ScalingMemory;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.SlotShare;
import io.macpool.core.pool.WorkerPod;
import io.macpool.core.pool.WorkerPod.Standing;
import io.macpool.operator.hardware.PoolKey;
import io.macpool.operator.hardware.SlotLedger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A fleet in virtual time, a second a step, under the planners and the ledger as the operator uses
 * them: grants are recorded before they are told, and an operator that is restarted remembers what
 * was recorded and nothing else.
 */
final class SimulatedFleet {

  static final int SLOTS = 2_000;
  private static final int CLUSTERS = 100;
  private static final int INTERVAL = 5;
  private static final PoolKey POOL = new PoolKey("simulated", "macs");

  private final Random random;
  private final boolean faults;
  private final List<SimulatedCluster> clusters = new ArrayList<>();
  private SlotLedger ledger;
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private int seconds;
  private long finished;
  private long killed;
  private long saturated;
  private long busyWhileSaturated;
  private int pressed;

  SimulatedFleet(long seed, boolean faults) {
    random = new Random(seed);
    this.faults = faults;
    for (int i = 0; i < CLUSTERS; i++) {
      clusters.add(new SimulatedCluster("c%03d".formatted(i), random));
    }
    startOperator();
  }

  private void startOperator() {
    ledger =
        new SlotLedger(
            Clock.fixed(now, ZoneOffset.UTC),
            pool -> clusters.stream().map(SimulatedFleet::recorded).collect(Collectors.toList()),
            (pool, name) ->
                clusters.stream().filter(c -> c.name.equals(name)).forEach(c -> c.woken = true));
    ledger.slots(POOL, Observed.known(SLOTS, now));
    clusters.forEach(cluster -> cluster.memory = Optional.empty());
  }

  private static SlotClaim recorded(SimulatedCluster cluster) {
    int held = 0;
    for (SimulatedPod pod : cluster.pods) {
      held += pod.recorded.finishing() + Math.max(pod.recorded.expected(), pod.granted);
    }
    return new SlotClaim(
        cluster.name, cluster.weight, cluster.policy.minJobs(), cluster.recordedJobs, held);
  }

  void second() {
    now = now.plusSeconds(1);
    seconds++;
    arrive();
    for (SimulatedCluster cluster : clusters) {
      for (SimulatedPod pod : cluster.pods) {
        finished += pod.second();
      }
      cluster.pods.removeIf(pod -> pod.terminating && pod.size().alive() == 0);
      take(cluster);
    }
    if (faults) {
      disturb();
    }
    for (SimulatedCluster cluster : clusters) {
      if (cluster.woken || seconds % INTERVAL == cluster.phase) {
        cluster.woken = false;
        round(cluster);
      }
    }
    measure();
  }

  private void arrive() {
    for (SimulatedCluster cluster : clusters) {
      if (!faults || random.nextInt(90) == 0) {
        int most = cluster.policy.maxJobs() * 3;
        int burst = faults ? random.nextInt(most) : most;
        cluster.queued = Math.max(cluster.queued, burst);
      }
    }
  }

  private void take(SimulatedCluster cluster) {
    for (SimulatedPod pod : cluster.pods) {
      for (int i = Math.min(pod.idle(), cluster.queued); i > 0; i--) {
        pod.jobs.add(new int[] {20 + random.nextInt(200)});
        cluster.queued--;
      }
    }
  }

  private void disturb() {
    SimulatedCluster cluster = clusters.get(random.nextInt(CLUSTERS));
    if (cluster.pods.isEmpty()) {
      return;
    }
    SimulatedPod pod = cluster.pods.get(random.nextInt(cluster.pods.size()));
    switch (random.nextInt(12)) {
      case 0 -> pod.silentFor = 5 + random.nextInt(60);
      case 1 -> {
        cluster.queued += pod.jobs.size();
        cluster.pods.remove(pod);
        cluster.add(5);
      }
      case 2, 3 -> {
        if (!pod.terminating) {
          cluster.add(5);
          pod.terminate();
        }
      }
      case 4 -> startOperator();
      default -> {
        // Nothing happens in most seconds.
      }
    }
  }

  /** One round as the reconciler runs it. */
  private void round(SimulatedCluster cluster) {
    List<WorkerPod> pods = cluster.pods.stream().map(this::observe).toList();
    int running = cluster.running();
    ScalingMemory memory =
        cluster.memory.orElseGet(() -> ScalingMemory.starting(cluster.recordedJobs, now));
    boolean blind = faults && random.nextInt(10) == 0;
    Observed<Backlog> backlog =
        blind
            ? Observed.unknown("simulated", now)
            : Observed.known(new Backlog(cluster.queued, running, Optional.empty()), now);
    ScalingDecision decision =
        AutoscalePlanner.decide(cluster.policy, backlog, running, memory, now);
    cluster.memory = Optional.of(decision.memory());
    int bound = pods.stream().mapToInt(WorkerPod::bound).sum();
    SlotShare share =
        ledger.ask(
            POOL,
            new SlotClaim(
                cluster.name, cluster.weight, cluster.policy.minJobs(), decision.limit(), bound));
    int limit = Math.min(decision.limit(), share.limit());
    PoolSizePlan plan = PoolSizePlanner.plan(limit, cluster.maxPerWorker, pods);
    if (faults && random.nextInt(20) == 0) {
      // The status could not be written: nothing is told, and what was given goes back.
      ledger.settle(POOL, cluster.name, bound);
      return;
    }
    record(cluster, pods, plan, limit);
    ledger.settle(POOL, cluster.name, plan.bound());
    if (faults && random.nextInt(50) == 0) {
      startOperator(); // between the record and the telling
      return;
    }
    for (SimulatedPod pod : cluster.pods) {
      boolean lost = faults && random.nextInt(10) == 0;
      if (plan.assignments().containsKey(pod.id) && !lost && pod.answers()) {
        int before = pod.jobs.size();
        pod.resize(plan.assignments().get(pod.id).send());
        killed += Math.max(0, before - pod.size().alive());
      }
    }
  }

  private WorkerPod observe(SimulatedPod pod) {
    Observed<PoolSize> size =
        pod.answers() ? Observed.known(pod.size(), now) : Observed.unknown("silent", now);
    return new WorkerPod(
        pod.id,
        pod.terminating ? Standing.TERMINATING : Standing.SERVING,
        size,
        pod.recorded,
        pod.granted,
        pod.jobs.size());
  }

  private static void record(
      SimulatedCluster cluster, List<WorkerPod> seen, PoolSizePlan plan, int limit) {
    cluster.recordedJobs = limit;
    for (int i = 0; i < seen.size(); i++) {
      SimulatedPod pod = cluster.pods.get(i);
      pod.recorded = seen.get(i).believed();
      if (plan.assignments().containsKey(pod.id)) {
        pod.granted = plan.assignments().get(pod.id).send();
      }
    }
  }

  private void measure() {
    int wanted = 0;
    int busy = 0;
    for (SimulatedCluster cluster : clusters) {
      wanted += Math.min(cluster.policy.maxJobs(), cluster.queued + cluster.running());
      busy += cluster.running();
    }
    pressed = wanted > SLOTS ? pressed + 1 : 0;
    if (pressed > 60) {
      saturated++;
      busyWhileSaturated += busy;
    }
  }

  /** What is not as promised now; empty if all is. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    int all = 0;
    for (SimulatedCluster cluster : clusters) {
      all += cluster.alive();
      if (cluster.alive() > cluster.policy.maxJobs()) {
        broken.add(cluster.name + " has " + cluster.alive() + " of " + cluster.policy.maxJobs());
      }
    }
    if (all > SLOTS) {
      broken.add(all + " processors on " + SLOTS + " slots");
    }
    return broken;
  }

  long finished() {
    return finished;
  }

  long jobsKilledByOperator() {
    return killed;
  }

  long saturatedSeconds() {
    return saturated;
  }

  /** Busy slots over slots, in the seconds in which more was wanted than there is. */
  double utilisation() {
    return (double) busyWhileSaturated / (saturated * SLOTS);
  }
}
