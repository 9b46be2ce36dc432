package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.macpool.core.Observed;
import io.macpool.core.pool.ClusterPlan;
import io.macpool.core.pool.ClusterPlanner;
import io.macpool.core.pool.PoolSizePlan;
import io.macpool.core.pool.PoolSizePlan.Assignment;
import io.macpool.core.pool.WorkerPod;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.cluster.PodObserver.Observation;
import io.macpool.operator.cluster.report.ClusterEvents;
import io.macpool.operator.cluster.report.ClusterGauges;
import io.macpool.operator.cluster.report.Refusals.Part;
import io.macpool.operator.cluster.report.RoundFailedException;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.ClusterSpec;
import io.macpool.operator.cluster.spec.Names;
import io.macpool.operator.cluster.spec.WorkerDeployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round of one cluster: observe, plan, record, act. Grants are recorded in the status before a
 * pod is told, under the version that the plan was made from: a round that planned on a stale
 * picture is refused by the API and changes nothing.
 */
final class ClusterRound {

  private static final Logger log = LoggerFactory.getLogger(ClusterRound.class);

  /** Numbers for people to look at are written at most this often. */
  private static final Duration INFORM_INTERVAL = Duration.ofSeconds(5);

  private final RoundContext roundContext;
  private final ClusterWatches watches;
  private final WorkerCluster cluster;
  private final ClusterKey key;
  private final ClusterMemory memory;

  /** Tells in Events what was recorded: calls of their own, for which no worker is to wait. */
  private Runnable news = () -> {};

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
  }

  /** Gives the pods what the spec says; returns when to look again. */
  Duration serve(ClusterSpec spec) {
    Optional<Deployment> deployment = deployment();
    credential(deployment.isPresent());
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
            limit.jobs(), spec.maxJobsPerWorker(), wantedPods, replicas, seen.pods(), marked(seen));
    memory.retiring = plan.retiring();

    // Pods take long to start: the Deployment comes first, sizes follow when pods are there.
    memory.refusals.attempt(
        Part.DEPLOYMENT, () -> apply(spec, deployment, contested() ? replicas : plan.replicas()));
    RoundInputs situation = situation(deployment, false, poolMissing(spec));
    boolean changed =
        record(
            StatusDraft.of(
                cluster, spec, seen, limit, plan, situation, roundContext.clock().instant()),
            limit);
    spec.hardwarePool()
        .ifPresent(
            pool -> roundContext.ledger().settle(key.pool(pool), key.name(), plan.sizes().bound()));
    boolean told;
    try {
      told = tell(seen, plan);
    } finally {
      news.run();
    }
    memory.refusals.attempt(Part.POD, () -> mark(seen, plan));
    note(spec, seen, limit, plan.sizes().bound(), deployment);
    boolean moving = !plan.sizes().settled() || seen.starting() > 0 || !plan.retiring().isEmpty();
    return memory.pace.after(
        new Pace.Round(changed || told, moving, memory.refusals.any(), isIdle(spec, seen, limit)));
  }

  /** Looks at the pods and tells what is seen, and changes nothing. */
  Duration watch(ClusterSpec spec) {
    Optional<Deployment> deployment = deployment();
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
    record(
        StatusDraft.of(cluster, spec, seen, limit, plan, situation, roundContext.clock().instant()),
        limit);
    news.run();
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

  private void credential(boolean podsExist) {
    memory.refusals.attempt(
        Part.SECRET,
        () -> {
          if (memory.credential.ensure(watches.credential(key), owner(), podsExist)) {
            remade(
                "CredentialRemade",
                "somebody deleted its credential Secret: it is made again with what was in it");
          }
          return key;
        });
  }

  private void remade(String reason, String message) {
    log.warn("{}: {}: {}", key, reason, message);
    roundContext.api().events().tell(cluster, ClusterEvents.Kind.WARNING, reason, message);
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
      record(
          StatusDraft.of(
              cluster, spec.get(), seen, none, plan, situation, roundContext.clock().instant()),
          none);
      news.run();
      note(spec.get(), seen, none, seen.bound(), Optional.empty());
    }
    tell(seen, plan);
    Optional.ofNullable(cluster.getSpec())
        .map(own -> own.hardwarePool)
        .ifPresent(pool -> roundContext.ledger().settle(key.pool(pool), key.name(), seen.bound()));
    return seen.bound() == 0;
  }

  /**
   * The Deployment as it is. The watch lags behind our own writes, so the newer of what it shows
   * and what the API answered counts; one that the watch does not know may be too new or gone, and
   * the API is asked which.
   */
  private Optional<Deployment> deployment() {
    Optional<Deployment> cached = watches.deployment(key);
    if (cached.isEmpty() && memory.applied.isPresent()) {
      memory.applied =
          Optional.ofNullable(
              roundContext
                  .api()
                  .client()
                  .apps()
                  .deployments()
                  .inNamespace(key.namespace())
                  .withName(key.name())
                  .get());
      if (memory.applied.isEmpty()) {
        remade("DeploymentRemade", "somebody deleted its Deployment: it is made again");
      }
      return memory.applied;
    }
    return cached.map(c -> ClusterMemory.newest(c, memory.applied));
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

  private static Set<String> marked(Observation seen) {
    return seen.views().values().stream()
        .filter(PodView::markedForRemoval)
        .map(PodView::name)
        .collect(Collectors.toSet());
  }

  private ClusterKey apply(ClusterSpec spec, Optional<Deployment> actual, int replicas) {
    Deployment desired =
        new WorkerDeployment(key.namespace(), key.name(), owner(), roundContext.options().port())
            .desired(
                spec,
                replicas,
                watches.config().of(key.namespace(), spec),
                memory.credential.mark());
    new DeploymentApplier(roundContext, key, memory).apply(desired, actual);
    return key;
  }

  private boolean record(WorkerClusterStatus status, JobsLimit limit) {
    WorkerClusterStatus before = StatusDraft.of(cluster).orElse(null);
    boolean significant = StatusDraft.significantlyDiffer(before, status);
    boolean due = !roundContext.clock().instant().isBefore(memory.informedAt.plus(INFORM_INTERVAL));
    if (!significant && !(due && StatusDraft.differ(before, status))) {
      return false;
    }
    if (!roundContext.api().leadership().stands()) {
      throw new RoundFailedException(key, "the Lease is not renewed in time, another may lead");
    }
    memory.informedAt = roundContext.clock().instant();
    Optional<WorkerCluster> written =
        memory.refusals.attempt(
            Part.STATUS, () -> StatusWriter.write(roundContext.api().client(), cluster, status));
    news = () -> StatusNews.tell(roundContext.api().events(), cluster, before, status, limit.why());
    if (written.isEmpty()) {
      news.run();
      // What is not recorded is not granted.
      throw new RoundFailedException(key, memory.refusals.text());
    }
    memory.written = written;
    return significant;
  }

  /** Tells the pods whose size is not what it is to be. Failures show in the next observation. */
  private boolean tell(Observation seen, ClusterPlan plan) {
    Map<String, Integer> sizes = new TreeMap<>();
    for (WorkerPod pod : seen.pods()) {
      Assignment assignment = plan.sizes().assignments().get(pod.id());
      if (assignment != null && assignment.send() != pod.believed().expected()) {
        sizes.put(pod.id(), assignment.send());
      }
    }
    if (sizes.isEmpty()) {
      return false;
    }
    log.info("{}: telling pool sizes {}", key, sizes);
    memory
        .workers
        .tell(seen.endpoints(), sizes)
        .forEach((name, why) -> log.warn("{}: {} not told its size: {}", key, name, why));
    return true;
  }

  private ClusterKey mark(Observation seen, ClusterPlan plan) {
    for (PodView view : seen.views().values()) {
      boolean toGo = plan.drained().contains(view.name());
      if (!view.terminating() && toGo != view.markedForRemoval()) {
        String cost = toGo ? "\"" + PodView.REMOVAL_COST + "\"" : "null";
        roundContext
            .api()
            .client()
            .pods()
            .inNamespace(key.namespace())
            .withName(view.name())
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"" + Names.DELETION_COST + "\":" + cost + "}}}");
      }
    }
    return key;
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

  private OwnerReference owner() {
    return new OwnerReferenceBuilder()
        .withApiVersion(cluster.getApiVersion())
        .withKind(cluster.getKind())
        .withName(key.name())
        .withUid(cluster.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }
}
