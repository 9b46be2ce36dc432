package io.macpool.operator;

import io.macpool.core.Observed;
import io.macpool.core.pool.AutoscalePlanner;
import io.macpool.core.pool.Backlog;
import io.macpool.core.pool.PoolSizePlan;
import io.macpool.core.pool.PoolSizePlanner;
import io.macpool.core.pool.ScalingDecision;
import io.macpool.core.pool.ScalingMemory;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.SlotShare;
import io.macpool.core.pool.WorkerPod;
import io.macpool.operator.api.PoolKey;
import io.macpool.operator.hardware.SlotLedger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A fleet in virtual time, a second a step, under the planners and the ledger as the operator uses
 * them: grants are recorded before they are told, and an operator that is restarted remembers what
 * was recorded and nothing else.
 */
final class SimulatedFleet {

  /**
   * How large it is.
   *
   * @param leastJobs the smallest {@code maxJobs} of a cluster
   * @param mostJobs the largest
   */
  record Size(int clusters, int slots, int leastJobs, int mostJobs) {

    /** What one operator is made for. */
    static final Size FULL = new Size(100, 2_000, 20, 59);

    /** Enough for every way that clusters can be in each other's: many run in a second. */
    static final Size SMALL = new Size(4, 14, 2, 8);
  }

  private static final PoolKey POOL = new PoolKey("simulated", "macs");
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private final Random random;
  private final Size size;
  private final boolean faults;
  private final List<SimulatedCluster> clusters = new ArrayList<>();
  private final Map<String, SimulatedCluster> byName = new HashMap<>();
  private final List<String> broken = new ArrayList<>();
  private final FleetMeasures measures;
  private SlotLedger ledger;
  private int second;
  private Instant now = START;
  private long finished;
  private long killed;

  /**
   * A fleet that a seed decides everything about.
   *
   * @param faults whether things go wrong, or demand only exceeds what there is
   */
  SimulatedFleet(long seed, Size size, boolean faults) {
    random = new Random(seed);
    this.size = size;
    this.faults = faults;
    measures = new FleetMeasures(size.slots());
    for (int i = 0; i < size.clusters(); i++) {
      SimulatedCluster cluster = new SimulatedCluster("c%03d".formatted(i), size, random);
      clusters.add(cluster);
      byName.put(cluster.name, cluster);
    }
    startOperator();
  }

  private void startOperator() {
    ledger =
        new SlotLedger(
            Clock.fixed(now, ZoneOffset.UTC),
            pool ->
                clusters.stream().map(SimulatedCluster::recordedClaim).collect(Collectors.toList()),
            (pool, name) -> byName.get(name).wake());
    ledger.slots(POOL, Observed.known(size.slots(), now));
    clusters.forEach(cluster -> cluster.memory = Optional.empty());
  }

  /** Lets time pass; ends early if a promise is broken. */
  SimulatedFleet run(int seconds) {
    for (int i = 0; i < seconds && broken.isEmpty(); i++) {
      pass();
    }
    return this;
  }

  private void pass() {
    second++;
    now = START.plusSeconds(second);
    for (SimulatedCluster cluster : clusters) {
      arrive(cluster);
      cluster.pods.forEach(pod -> finished += pod.end(second));
      cluster.pods.removeIf(SimulatedPod::gone);
      take(cluster);
    }
    if (faults) {
      disturb();
    }
    for (SimulatedCluster cluster : clusters) {
      if (cluster.due(second)) {
        round(cluster);
      }
    }
    check();
  }

  private void arrive(SimulatedCluster cluster) {
    if (!faults || random.nextInt(90) == 0) {
      int most = cluster.policy.maxJobs() * 3;
      int burst = faults ? random.nextInt(most + 1) : most;
      cluster.queued = Math.max(cluster.queued, burst);
    }
  }

  private void take(SimulatedCluster cluster) {
    for (SimulatedPod pod : cluster.pods) {
      for (int i = Math.min(pod.idle(second), cluster.queued); i > 0; i--) {
        pod.take(second + 20 + random.nextInt(200));
        cluster.queued--;
      }
    }
  }

  private void disturb() {
    SimulatedCluster cluster = clusters.get(random.nextInt(clusters.size()));
    if (cluster.pods.isEmpty()) {
      return;
    }
    SimulatedPod pod = cluster.pods.get(random.nextInt(cluster.pods.size()));
    switch (random.nextInt(14)) {
      case 0 -> pod.silent(second + 5 + random.nextInt(60));
      case 1 -> {
        cluster.queued += pod.running();
        cluster.pods.remove(pod);
        cluster.add(second + 5);
      }
      case 2, 3 -> {
        if (!pod.terminating()) {
          cluster.add(second + 5);
          pod.terminate();
        }
      }
      case 4 -> startOperator();
      case 5 -> cluster.maxJobs(random.nextInt(size.mostJobs() + 1), random, second);
      default -> {
        // Nothing happens in most seconds.
      }
    }
  }

  /** One round as the reconciler runs it. */
  private void round(SimulatedCluster cluster) {
    List<WorkerPod> pods = new ArrayList<>(cluster.pods.size());
    int bound = 0;
    for (SimulatedPod pod : cluster.pods) {
      WorkerPod seen = pod.observe(second, now);
      pods.add(seen);
      bound += seen.bound();
    }
    int wanted = wanted(cluster);
    SlotShare share =
        ledger.ask(
            POOL,
            new SlotClaim(cluster.name, cluster.weight, cluster.policy.minJobs(), wanted, bound));
    int limit = Math.min(wanted, share.limit());
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
    tell(cluster, plan);
  }

  private int wanted(SimulatedCluster cluster) {
    int running = cluster.running();
    boolean blind = faults && random.nextInt(10) == 0;
    Observed<Backlog> backlog =
        blind
            ? Observed.unknown("simulated", now)
            : Observed.known(new Backlog(cluster.queued, running, Optional.empty()), now);
    ScalingMemory memory =
        cluster.memory.orElseGet(() -> ScalingMemory.starting(cluster.recordedJobs, now));
    ScalingDecision decision =
        AutoscalePlanner.decide(cluster.policy, backlog, running, memory, now);
    cluster.memory = Optional.of(decision.memory());
    return decision.limit();
  }

  private static void record(
      SimulatedCluster cluster, List<WorkerPod> seen, PoolSizePlan plan, int limit) {
    cluster.recordedJobs = limit;
    for (int i = 0; i < seen.size(); i++) {
      SimulatedPod pod = cluster.pods.get(i);
      var assignment = plan.assignments().get(pod.id);
      pod.record(seen.get(i).believed(), assignment == null ? pod.granted() : assignment.send());
    }
  }

  private void tell(SimulatedCluster cluster, PoolSizePlan plan) {
    for (SimulatedPod pod : cluster.pods) {
      var assignment = plan.assignments().get(pod.id);
      boolean lost = faults && random.nextInt(10) == 0;
      if (assignment != null && !lost && pod.answers(second)) {
        pod.resize(assignment.send());
        killed += Math.max(0, pod.running() - pod.alive());
      }
    }
  }

  private void check() {
    int all = 0;
    for (SimulatedCluster cluster : clusters) {
      int alive = cluster.alive();
      all += alive;
      if (alive > cluster.allowed()) {
        breach(cluster.name + " has " + alive + " of " + cluster.policy.maxJobs());
      }
    }
    if (all > size.slots()) {
      breach(all + " processors on " + size.slots() + " slots");
    }
    if (killed > 0) {
      breach(killed + " jobs were killed");
    }
    measures.note(clusters);
    if (!faults) {
      measures.starving(clusters, ledger.picture(POOL)).ifPresent(this::breach);
    }
  }

  private void breach(String what) {
    broken.add("second " + second + ": " + what);
  }

  /** What was not as promised; empty if all was. */
  List<String> broken() {
    return broken;
  }

  long finished() {
    return finished;
  }

  FleetMeasures measures() {
    return measures;
  }
}
