package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.macpool.core.Observed;
import io.macpool.core.pool.ClusterPlan;
import io.macpool.core.pool.ClusterPlanner;
import io.macpool.core.pool.PoolSizePlan;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.cluster.PodObserver.Observation;
import io.macpool.operator.cluster.pod.PodTrouble;
import io.macpool.operator.cluster.report.ClusterGauges;
import io.macpool.operator.cluster.report.Refusals.Part;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.ClusterSpec;
import io.macpool.operator.cluster.spec.Names;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One round of one cluster: observe, plan, record, act. Grants are recorded in the status before a
 * pod is told, under the version that the plan was made from: a round that planned on a stale
 * picture is refused by the API and changes nothing.
 */
final class ClusterRound {

  private final RoundContext roundContext;
  private final ClusterWatches watches;
  private final WorkerCluster cluster;
  private final ClusterKey key;
  private final ClusterMemory memory;
  private final ClusterResources resources;
  private final StatusRecorder recorder;
  private final PodInstructions pods;

  ClusterRound(
      RoundContext roundContext,
      ClusterWatches watches,
      WorkerCluster cluster,
      ClusterMemory memory) {
    this.roundContext = roundContext;
    this.watches = watches;
    this.cluster = cluster;
    this.key = ClusterKey.of(cluster);
    this.memory = memory;
    resources = new ClusterResources(roundContext, watches, cluster, memory);
    recorder = new StatusRecorder(roundContext, cluster, memory);
    pods = new PodInstructions(roundContext, key, memory);
  }

  /** Gives the pods what the spec says; returns when to look again. */
  Duration serve(ClusterSpec spec) {
    Optional<Deployment> deployment = resources.deployment();
    resources.ensureCredential(deployment.isPresent());
    deployment.ifPresent(
        live ->
            memory.contest.look(
                live, roundContext.options().operatorName(), roundContext.clock().instant()));
    Observation seen = observe(spec.matchLabels());
    Optional<WorkerClusterStatus> recorded = StatusDraft.of(cluster);
    JobsLimit limit =
        new LimitDecider(roundContext)
            .decide(
                key,
                spec,
                seen,
                memory,
                recorded.map(status -> status.desiredJobs),
                recorded.map(status -> status.hardwarePool));
    int replicas = deployment.map(d -> d.getSpec().getReplicas()).orElse(0);
    int wantedPods = contested() ? replicas : wantedPods(spec, limit, replicas);
    ClusterPlan plan =
        ClusterPlanner.plan(
            limit.jobs(),
            spec.maxJobsPerWorker(),
            wantedPods,
            replicas,
            seen.pods(),
            PodInstructions.marked(seen));
    memory.retiring = plan.retiring();

    // Pods take long to start: the Deployment comes first, sizes follow when pods are there.
    memory.refusals.attempt(
        Part.DEPLOYMENT,
        () -> resources.apply(spec, deployment, contested() ? replicas : plan.replicas()));
    RoundInputs situation = situation(deployment, false, poolMissing(spec));
    boolean changed =
        recorder.record(
            StatusDraft.of(
                cluster, spec, seen, limit, plan, situation, roundContext.clock().instant()),
            limit);
    spec.hardwarePool()
        .ifPresent(
            pool -> roundContext.ledger().settle(key.pool(pool), key.name(), plan.sizes().bound()));
    boolean told;
    try {
      told = pods.tell(seen, plan);
    } finally {
      recorder.tellNews();
    }
    memory.refusals.attempt(Part.POD, () -> pods.mark(seen, plan));
    note(spec, seen, limit, plan.sizes().bound(), deployment);
    boolean moving = !plan.sizes().settled() || seen.starting() > 0 || !plan.retiring().isEmpty();
    return memory.pace.after(
        new Pace.Round(changed || told, moving, memory.refusals.any(), isIdle(spec, seen, limit)));
  }

  /** Looks at the pods and tells what is seen, and changes nothing. */
  Duration watch(ClusterSpec spec) {
    Optional<Deployment> deployment = resources.deployment();
    memory.credential.read();
    Observation seen = observe(spec.matchLabels());
    int desired = StatusDraft.of(cluster).map(status -> status.desiredJobs).orElse(0);
    JobsLimit limit =
        new JobsLimit(
            desired,
            desired,
            Optional.empty(),
            Optional.empty(),
            new LimitDecider(roundContext).backlog(spec, seen, memory),
            "it stays as it was when the cluster was paused");
    ClusterPlan plan =
        new ClusterPlan(
            new PoolSizePlan(new TreeMap<>(), seen.bound(), true, 0),
            new TreeSet<>(),
            new TreeSet<>(),
            deployment.map(d -> d.getSpec().getReplicas()).orElse(0));
    RoundInputs situation = situation(deployment, true, poolMissing(spec));
    recorder.record(
        StatusDraft.of(cluster, spec, seen, limit, plan, situation, roundContext.clock().instant()),
        limit);
    recorder.tellNews();
    note(spec, seen, limit, seen.bound(), deployment);
    return roundContext.options().interval();
  }

  private void note(
      ClusterSpec spec,
      Observation seen,
      JobsLimit limit,
      int bound,
      Optional<Deployment> deployment) {
    Map<String, Integer> stuck = new TreeMap<>();
    seen.stuck().values().forEach(why -> stuck.merge(why.reason(), 1, Integer::sum));
    deployment.ifPresent(
        live ->
            PodTrouble.of(live)
                .ifPresent(
                    why -> stuck.merge(why.reason(), PodTrouble.missing(live), Integer::sum)));
    roundContext
        .gauges()
        .note(
            key,
            new ClusterGauges.Entry(
                limit.jobs(),
                seen.running(),
                bound,
                limit.backlog().flatMap(backlog -> spec.queue()),
                limit.backlog(),
                memory.written.map(written -> written.getStatus().conditions).orElse(List.of()),
                stuck));
  }

  private Observation observe(Map<String, String> labels) {
    return new PodObserver(roundContext, watches).observe(key, labels, cluster.getStatus(), memory);
  }

  private boolean contested() {
    return memory.contest.writer(roundContext.clock().instant()).isPresent();
  }

  private boolean poolMissing(ClusterSpec spec) {
    return spec.hardwarePool()
        .filter(pool -> roundContext.missing().test(key.pool(pool)))
        .isPresent();
  }

  private RoundInputs situation(
      Optional<Deployment> deployment, boolean paused, boolean poolMissing) {
    return new RoundInputs(
        paused,
        memory.refusals,
        memory.credential.problem(),
        watches.overlapping(cluster),
        memory.contest.writer(roundContext.clock().instant()),
        deployment.flatMap(PodTrouble::of),
        Map.copyOf(memory.stuckSince),
        poolMissing);
  }

  /** Drains the pods of a cluster that is deleted; returns whether nothing runs any more. */
  boolean drain(Map<String, String> labels, Optional<ClusterSpec> spec) {
    memory.refusals.forget(Part.DEPLOYMENT); // it is not applied any more
    memory.refusals.attempt(
        Part.SECRET,
        () -> {
          memory.credential.read();
          return key;
        });
    Observation seen = observe(labels);
    ClusterPlan plan =
        ClusterPlanner.plan(0, 1, seen.pods().size(), seen.pods().size(), seen.pods(), Set.of());
    if (spec.isPresent()) {
      JobsLimit none =
          new JobsLimit(
              0,
              0,
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              "it is being deleted and waits for "
                  + MessageFormats.jobs(seen.running())
                  + " in "
                  + MessageFormats.pods(seen.pods().size())
                  + " to finish; kubectl annotate wc "
                  + key.name()
                  + " "
                  + Names.FORCE_DELETE
                  + "=true ends that");
      RoundInputs situation = situation(Optional.empty(), false, false);
      recorder.record(
          StatusDraft.of(
              cluster, spec.get(), seen, none, plan, situation, roundContext.clock().instant()),
          none);
      recorder.tellNews();
      note(spec.get(), seen, none, seen.bound(), Optional.empty());
    }
    pods.tell(seen, plan);
    Optional.ofNullable(cluster.getSpec())
        .map(own -> own.hardwarePool)
        .ifPresent(pool -> roundContext.ledger().settle(key.pool(pool), key.name(), seen.bound()));
    return seen.bound() == 0;
  }

  /**
   * Pods stand for all the jobs that the cluster may ever run, not for those of the moment: an idle
   * worker costs little, and one that stands answers a full queue at once.
   */
  private int wantedPods(ClusterSpec spec, JobsLimit limit, int replicas) {
    if (spec.hardwarePool().isEmpty()) {
      return spec.podsFor(spec.maxJobs());
    }
    return roundContext
        .ledger()
        .picture(key.pool(spec.hardwarePool().get()))
        .slots()
        .toOptional()
        .map(slots -> spec.podsFor(Math.min(spec.maxJobs(), slots)))
        .orElse(Math.max(replicas, spec.podsFor(limit.jobs())));
  }

  /**
   * Whether nothing can be missed by looking seldom: a job that comes shows in the queue's depth,
   * and a change of pods, spec or shares wakes the cluster. All workers must have said that they
   * run nothing, and the limit must be where an empty queue leaves it.
   */
  private boolean isIdle(ClusterSpec spec, Observation seen, JobsLimit limit) {
    boolean empty =
        limit
            .backlog()
            .flatMap(Observed::toOptional)
            .filter(backlog -> backlog.depth() == 0)
            .isPresent();
    return spec.scaling().isPresent()
        && empty
        && seen.running() == 0
        && seen.silent().isEmpty()
        && limit.jobs() <= spec.minJobs();
  }
}
