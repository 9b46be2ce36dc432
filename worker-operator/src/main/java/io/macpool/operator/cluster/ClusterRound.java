package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.macpool.core.pool.ClusterPlan;
import io.macpool.core.pool.ClusterPlanner;
import io.macpool.core.pool.PoolSizePlan.Assignment;
import io.macpool.core.pool.WorkerPod;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.cluster.PodObserver.Observation;
import io.macpool.service.Secret;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

  private final Operation operation;
  private final ClusterWatches watches;
  private final WorkerCluster cluster;
  private final ClusterKey key;
  private final ClusterMemory memory;

  ClusterRound(
      Operation operation, ClusterWatches watches, WorkerCluster cluster, ClusterMemory memory) {
    this.operation = operation;
    this.watches = watches;
    this.cluster = cluster;
    this.key = ClusterKey.of(cluster);
    this.memory = memory;
  }

  /** Gives the pods what the spec says; returns when to look again. */
  Duration serve(ClusterSpec spec) {
    Secret auth = memory.auth.orElseGet(() -> Credential.ensure(operation.client(), key, owner()));
    memory.auth = Optional.of(auth);
    Optional<Deployment> deployment = deployment();
    Observation seen =
        new PodObserver(operation, watches)
            .observe(key, spec.matchLabels(), cluster.getStatus(), memory, Optional.of(auth));
    Optional<WorkerClusterStatus> recorded = StatusDraft.of(cluster);
    JobsLimit limit =
        new LimitDecider(operation)
            .decide(
                key,
                spec,
                seen,
                memory,
                recorded.map(status -> status.desiredJobs),
                recorded.map(status -> status.hardwarePool));
    int replicas = deployment.map(d -> d.getSpec().getReplicas()).orElse(0);
    int wantedPods = wantedPods(spec, limit, replicas);
    ClusterPlan plan =
        ClusterPlanner.plan(
            limit.jobs(), spec.maxJobsPerWorker(), wantedPods, replicas, seen.pods(), marked(seen));
    memory.retiring = plan.retiring();

    // Pods take long to start: the Deployment comes first, sizes follow when pods are there.
    apply(spec, deployment, plan.replicas());
    boolean changed =
        record(
            StatusDraft.of(cluster, spec, seen, limit, plan, operation.clock().instant()), limit);
    spec.hardwarePool()
        .ifPresent(
            pool -> operation.ledger().settle(key.pool(pool), key.name(), plan.sizes().bound()));
    boolean told = tell(seen, plan);
    mark(seen, plan);
    operation
        .board()
        .note(
            key,
            new ClusterBoard.Entry(
                limit.jobs(), seen.running(), plan.sizes().bound(), limit.backlog()));
    return again(changed || told, seen, plan);
  }

  /** Drains the pods of a cluster that is deleted; returns whether nothing runs any more. */
  boolean drain(Map<String, String> labels, Optional<ClusterSpec> spec) {
    Observation seen =
        new PodObserver(operation, watches)
            .observe(key, labels, cluster.getStatus(), memory, memory.auth.or(this::readAuth));
    ClusterPlan plan =
        ClusterPlanner.plan(0, 1, seen.pods().size(), seen.pods().size(), seen.pods(), Set.of());
    if (spec.isPresent()) {
      JobsLimit none =
          new JobsLimit(
              0, 0, Optional.empty(), Optional.empty(), Optional.empty(), "it is being deleted");
      record(
          StatusDraft.of(cluster, spec.get(), seen, none, plan, operation.clock().instant()), none);
    }
    tell(seen, plan);
    Optional.ofNullable(cluster.getSpec())
        .map(own -> own.hardwarePool)
        .ifPresent(pool -> operation.ledger().settle(key.pool(pool), key.name(), seen.bound()));
    return seen.bound() == 0;
  }

  private Optional<Secret> readAuth() {
    return Credential.read(
        operation
            .client()
            .secrets()
            .inNamespace(key.namespace())
            .withName(Names.secretOf(key.name()))
            .get());
  }

  private Optional<Deployment> deployment() {
    Optional<Deployment> cached = watches.deployment(key);
    return cached.map(c -> ClusterMemory.newest(c, memory.applied)).or(() -> memory.applied);
  }

  /**
   * Pods stand for all the jobs that the cluster may ever run, not for those of the moment: an idle
   * worker costs little, and one that stands answers a full queue at once.
   */
  private int wantedPods(ClusterSpec spec, JobsLimit limit, int replicas) {
    if (spec.hardwarePool().isEmpty()) {
      return spec.podsFor(spec.maxJobs());
    }
    return operation
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

  private void apply(ClusterSpec spec, Optional<Deployment> actual, int replicas) {
    Deployment desired =
        new WorkerDeployment(key.namespace(), key.name(), owner(), operation.port())
            .desired(spec, replicas, watches.config().of(key.namespace(), spec));
    String sum = Drift.checksum(desired.getSpec());
    desired.getMetadata().setAnnotations(Map.of(Names.APPLIED, sum));
    if (actual.isPresent() && Drift.holds(desired, actual.get())) {
      return;
    }
    log.info("applying Deployment of {} with {} pods", key, replicas);
    memory.applied =
        Optional.of(
            operation
                .client()
                .resource(desired)
                .fieldManager(operation.operatorName())
                .forceConflicts()
                .serverSideApply());
  }

  private boolean record(WorkerClusterStatus status, JobsLimit limit) {
    WorkerClusterStatus before = StatusDraft.of(cluster).orElse(null);
    boolean significant = before == null || StatusDraft.significantlyDiffer(before, status);
    boolean due = !operation.clock().instant().isBefore(memory.informedAt.plus(INFORM_INTERVAL));
    if (!significant && !(due && StatusDraft.differ(before, status))) {
      return false;
    }
    if (!operation.mandate().stands()) {
      throw new RoundFailedException(key, "the Lease is not renewed in time, another may lead");
    }
    memory.informedAt = operation.clock().instant();
    memory.written = Optional.of(StatusWriter.write(operation.client(), cluster, status));
    StatusNews.tell(operation.events(), cluster, before, status, limit.why());
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

  private void mark(Observation seen, ClusterPlan plan) {
    for (PodView view : seen.views().values()) {
      boolean toGo = plan.drained().contains(view.name());
      if (!view.terminating() && toGo != view.markedForRemoval()) {
        String cost = toGo ? "\"" + PodView.REMOVAL_COST + "\"" : "null";
        operation
            .client()
            .pods()
            .inNamespace(key.namespace())
            .withName(view.name())
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"" + Names.DELETION_COST + "\":" + cost + "}}}");
      }
    }
  }

  /** Soon while something moves, less and less so while nothing comes of it. */
  private Duration again(boolean changed, Observation seen, ClusterPlan plan) {
    boolean moving = !plan.sizes().settled() || seen.starting() > 0 || !plan.retiring().isEmpty();
    memory.quietRounds = changed ? 0 : Math.min(memory.quietRounds + 1, 10);
    if (!moving) {
      return operation.interval();
    }
    Duration backoff = operation.settling().multipliedBy(1L << Math.max(0, memory.quietRounds - 5));
    return backoff.compareTo(operation.interval()) < 0 ? backoff : operation.interval();
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
