package io.macpool.core.simulation;

import io.macpool.core.Observed;
import io.macpool.core.pool.AutoscalePlanner;
import io.macpool.core.pool.Backlog;
import io.macpool.core.pool.ClusterPlan;
import io.macpool.core.pool.ClusterPlanner;
import io.macpool.core.pool.FairSharePlanner;
import io.macpool.core.pool.PoolSize;
import io.macpool.core.pool.ScalingDecision;
import io.macpool.core.pool.ScalingMemory;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.SlotShare;
import io.macpool.core.pool.WorkerPod;
import io.macpool.core.pool.WorkerPod.Standing;
import io.macpool.core.simulation.VirtualTime.Life;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The operator's rounds: what is seen of queues and pods goes through the real planners; grants are
 * recorded before they are told. One that begins anew knows what is on record and nothing else.
 */
final class Operator {

  static final int JOBS_PER_WORKER = 2;
  private static final Duration ROUND = Duration.ofSeconds(5);

  private final Whole whole;
  private final VirtualTime time;
  private final List<Cluster> clusters;
  private final int slots;
  private final Duration clockAhead;
  private final Life life = new Life(1);
  private final Map<String, ScalingMemory> memories = new HashMap<>();
  private final Map<String, Set<String>> retiring = new HashMap<>();

  /**
   * One that begins.
   *
   * @param clockAhead how far its clock is off
   */
  Operator(Whole whole, List<Cluster> clusters, int slots, Duration clockAhead) {
    this.whole = whole;
    this.time = whole.time();
    this.clusters = clusters;
    this.slots = slots;
    this.clockAhead = clockAhead;
    time.every(ROUND, life, this::round);
  }

  void end() {
    life.end();
  }

  private Instant now() {
    return time.instant().plus(clockAhead);
  }

  private void round() {
    Map<String, List<WorkerPod>> seen = new HashMap<>();
    Map<String, Integer> wanted = new HashMap<>();
    List<SlotClaim> claims = new ArrayList<>();
    for (Cluster cluster : clusters) {
      List<WorkerPod> pods = observe(cluster);
      seen.put(cluster.name, pods);
      wanted.put(cluster.name, wanted(cluster));
      int bound = pods.stream().mapToInt(WorkerPod::bound).sum();
      claims.add(new SlotClaim(cluster.name, 1, 0, wanted.get(cluster.name), bound));
    }
    Map<String, SlotShare> shares = FairSharePlanner.plan(Observed.known(slots, now()), claims);
    for (Cluster cluster : clusters) {
      int limit = Math.min(wanted.get(cluster.name), shares.get(cluster.name).limit());
      serve(cluster, seen.get(cluster.name), limit);
    }
  }

  private List<WorkerPod> observe(Cluster cluster) {
    List<WorkerPod> pods = new ArrayList<>();
    for (Pod pod : cluster.pods) {
      Optional<Worker> answers =
          pod.worker
              .filter(one -> one.life().isAlive() && !time.isStill(one.life()))
              .filter(one -> !whole.loses(Mishap.REMOTE_CALLS_FAIL, 0.15));
      answers.ifPresent(
          one -> {
            pod.lastSize = one.size();
            pod.lastRunning = one.running();
          });
      Standing standing =
          pod.isTerminating
              ? Standing.TERMINATING
              : retiring.getOrDefault(cluster.name, Set.of()).contains(pod.id)
                  ? Standing.RETIRING
                  : Standing.SERVING;
      boolean isTakenForEmpty = answers.isEmpty() && whole.planted() == Planted.UNKNOWN_IS_ZERO;
      pods.add(
          new WorkerPod(
              pod.id,
              standing,
              answers.isPresent()
                  ? Observed.known(pod.lastSize, now())
                  : Observed.unknown("silent", now()),
              isTakenForEmpty ? PoolSize.NONE : pod.lastSize,
              isTakenForEmpty ? 0 : pod.granted,
              pod.lastRunning));
    }
    return pods;
  }

  private int wanted(Cluster cluster) {
    boolean isBlind = whole.jobBroker().isAway() || whole.loses(Mishap.QUEUE_UNREADABLE, 0.3);
    Observed<Backlog> backlog =
        isBlind
            ? Observed.unknown("silent", now())
            : Observed.known(
                new Backlog(
                    whole.jobBroker().ready(cluster.name),
                    whole.jobBroker().unacked(cluster.name),
                    Optional.empty()),
                now());
    ScalingMemory memory =
        memories.computeIfAbsent(
            cluster.name, unused -> ScalingMemory.starting(cluster.recordedLimit, now()));
    ScalingDecision decision =
        AutoscalePlanner.decide(cluster.policy, backlog, cluster.running(), memory, now());
    memories.put(cluster.name, decision.memory());
    return decision.limit();
  }

  private void serve(Cluster cluster, List<WorkerPod> pods, int limit) {
    Set<String> marked = new HashSet<>();
    cluster.pods.stream().filter(pod -> pod.isMarked).forEach(pod -> marked.add(pod.id));
    int most = Math.min(slots, cluster.policy.maxJobs());
    int wantedPods = (most + JOBS_PER_WORKER - 1) / JOBS_PER_WORKER;
    ClusterPlan plan =
        ClusterPlanner.plan(limit, JOBS_PER_WORKER, wantedPods, cluster.replicas, pods, marked);
    if (cluster.replicas != plan.replicas()) {
      time.note(
          "%s: limit %d, %d -> %d pods, retiring %s, drained %s, marked %s, pods %s"
              .formatted(
                  cluster.name,
                  limit,
                  cluster.replicas,
                  plan.replicas(),
                  plan.retiring(),
                  plan.drained(),
                  marked,
                  pods));
    }
    retiring.put(cluster.name, plan.retiring());
    cluster.replicas = plan.replicas();
    cluster.recordedLimit = limit;
    for (Pod pod : cluster.pods) {
      var assignment = plan.sizes().assignments().get(pod.id);
      if (assignment != null) {
        pod.granted = assignment.send();
      }
    }
    if (whole.loses(Mishap.OPERATOR_DIES, 0.01)) {
      whole.restartOperator(); // between the record and the telling
      return;
    }
    for (Pod pod : cluster.pods) {
      if (plan.sizes().assignments().containsKey(pod.id)) {
        tell(pod);
      }
      pod.isMarked = plan.drained().contains(pod.id);
    }
  }

  private void tell(Pod pod) {
    int size = pod.granted;
    if (!whole.loses(Mishap.REMOTE_CALLS_FAIL, 0.15)) {
      pod.worker.ifPresent(one -> time.in(time.millis(2, 500), one.life(), () -> one.resize(size)));
    }
  }
}
