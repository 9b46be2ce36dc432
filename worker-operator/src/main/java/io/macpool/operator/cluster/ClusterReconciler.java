package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.cluster.report.ClusterGauges;
import io.macpool.operator.cluster.report.Refusals;
import io.macpool.operator.cluster.report.RoundFailedException;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.Credential;
import io.macpool.operator.cluster.spec.Names;
import io.macpool.operator.cluster.spec.SpecReader;
import io.macpool.operator.cluster.spec.SpecReader.Reading;
import io.macpool.operator.control.WorkerRounds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the rounds of WorkerClusters to the framework's loop: when there is one, what comes after
 * it, and what follows from a failure. Rounds of one cluster never overlap.
 */
@ControllerConfiguration(name = "workercluster", finalizerName = ClusterReconciler.FINALIZER)
public final class ClusterReconciler implements Reconciler<WorkerCluster>, Cleaner<WorkerCluster> {

  /** Holds a WorkerCluster that is deleted until its jobs have finished. */
  public static final String FINALIZER = Names.DOMAIN + "drain";

  private static final Logger log = LoggerFactory.getLogger(ClusterReconciler.class);

  private static final int CONFLICT = 409;
  private static final Duration SOON = Duration.ofMillis(100);

  /** So long a watch may need to bring what a write has just met. */
  private static final Duration PATIENCE_WITH_WATCH = Duration.ofSeconds(1);

  private final RoundContext roundContext;
  private final Map<ClusterKey, ClusterMemory> memories = new ConcurrentHashMap<>();
  private final ClusterWatches watches;

  /** A reconciler, not yet registered. */
  public ClusterReconciler(RoundContext roundContext, ClusterWatches watches) {
    this.roundContext = roundContext;
    this.watches = watches;
  }

  @Override
  public List<EventSource<?, WorkerCluster>> prepareEventSources(
      EventSourceContext<WorkerCluster> context) {
    return watches.sources(context);
  }

  @Override
  public UpdateControl<WorkerCluster> reconcile(
      WorkerCluster cached, Context<WorkerCluster> context) {
    Optional<Duration> asked = roundContext.api().pause().get();
    if (asked.isPresent()) {
      return UpdateControl.<WorkerCluster>noUpdate().rescheduleAfter(asked.get());
    }
    try {
      return roundContext
          .api()
          .leadership()
          .act(() -> serve(cached))
          .orElseGet(
              () ->
                  UpdateControl.<WorkerCluster>noUpdate()
                      .rescheduleAfter(roundContext.options().interval()));
    } catch (KubernetesClientException e) {
      throwUnlessConflict(cached, e);
      lookAfresh(cached);
      return UpdateControl.<WorkerCluster>noUpdate().rescheduleAfter(SOON);
    }
  }

  private UpdateControl<WorkerCluster> serve(WorkerCluster cached) {
    ClusterMemory memory = memory(cached);
    WorkerCluster cluster = ClusterMemory.newest(cached, memory.written);
    Reading reading = SpecReader.read(cluster);
    if (reading.spec().isEmpty()) {
      WorkerClusterStatus invalid =
          StatusDraft.invalid(cluster, reading.problems(), roundContext.clock().instant());
      return cluster.unreadable().isEmpty()
          ? note(cluster, memory, invalid)
          : noteConditions(cluster, memory, invalid);
    }
    ClusterRound round = new ClusterRound(roundContext, watches, cluster, memory);
    Duration again =
        annotated(cluster, Names.PAUSED)
            ? round.watch(reading.spec().get())
            : round.serve(reading.spec().get());
    memory.conflictsSince = null;
    return UpdateControl.<WorkerCluster>noUpdate().rescheduleAfter(again);
  }

  @Override
  public DeleteControl cleanup(WorkerCluster cached, Context<WorkerCluster> context) {
    try {
      return roundContext
          .api()
          .leadership()
          .act(() -> letGo(cached))
          .orElseGet(
              () ->
                  DeleteControl.noFinalizerRemoval()
                      .rescheduleAfter(roundContext.options().interval().toMillis()));
    } catch (KubernetesClientException e) {
      throwUnlessConflict(cached, e);
      lookAfresh(cached);
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(SOON.toMillis());
    }
  }

  /** Somebody wrote in between: what was planned is out of date, and nothing was done. */
  private static void throwUnlessConflict(
      WorkerCluster cluster, KubernetesClientException failure) {
    if (failure.getCode() != CONFLICT) {
      throw new RoundFailedException(ClusterKey.of(cluster), failure);
    }
  }

  /**
   * The watch brings the newer one in a moment. If it does not it hears nothing any more, which it
   * notices after minutes only: until then the API is asked.
   */
  private void lookAfresh(WorkerCluster cached) {
    ClusterMemory memory = memory(cached);
    Instant now = roundContext.clock().instant();
    if (memory.conflictsSince == null) {
      memory.conflictsSince = now;
    }
    if (now.isBefore(memory.conflictsSince.plus(PATIENCE_WITH_WATCH))) {
      return;
    }
    memory.conflictsSince = null;
    ClusterKey key = ClusterKey.of(cached);
    try {
      memory.written =
          Optional.ofNullable(
              roundContext
                  .api()
                  .client()
                  .resources(WorkerCluster.class)
                  .inNamespace(key.namespace())
                  .withName(key.name())
                  .get());
      log.info("{}: the watch did not bring its newest edit, it was asked for", key);
    } catch (KubernetesClientException e) {
      log.warn("{}: its newest edit can't be read: {}", key, e.getMessage());
    }
  }

  private DeleteControl letGo(WorkerCluster cached) {
    ClusterMemory memory = memory(cached);
    WorkerCluster cluster = ClusterMemory.newest(cached, memory.written);
    ClusterKey key = ClusterKey.of(cluster);
    boolean forced =
        annotated(cluster, Names.FORCE_DELETE) || annotated(cached, Names.FORCE_DELETE);
    Map<String, String> labels = ClusterWatches.labelsOf(cluster);
    if (!forced
        && !labels.isEmpty()
        && !new ClusterRound(roundContext, watches, cluster, memory)
            .drain(labels, SpecReader.read(cluster).spec())) {
      return DeleteControl.noFinalizerRemoval()
          .rescheduleAfter(roundContext.options().settling().toMillis());
    }
    deleteOwned(
        cluster,
        roundContext
            .api()
            .client()
            .apps()
            .deployments()
            .inNamespace(key.namespace())
            .withName(key.name()));
    deleteOwned(
        cluster,
        roundContext
            .api()
            .client()
            .secrets()
            .inNamespace(key.namespace())
            .withName(Names.secretOf(key.name())));
    Optional.ofNullable(cluster.getSpec())
        .map(spec -> spec.hardwarePool)
        .ifPresent(pool -> roundContext.ledger().forget(key.pool(pool), key.name()));
    memories.remove(key);
    roundContext.gauges().forget(key);
    roundContext.queues().keepOnly(watches.queuesWithout(key));
    log.info("{} is gone{}", key, forced ? ", by force" : ": its jobs have finished");
    return DeleteControl.defaultDelete();
  }

  /** An object of that name may be somebody else's. */
  private static void deleteOwned(WorkerCluster cluster, Resource<? extends HasMetadata> resource) {
    HasMetadata there = resource.get();
    if (there != null && there.hasOwnerReferenceFor(cluster.getMetadata().getUid())) {
      resource.delete();
    }
  }

  private UpdateControl<WorkerCluster> note(
      WorkerCluster cluster, ClusterMemory memory, WorkerClusterStatus status) {
    noteOnBoard(cluster, status);
    WorkerClusterStatus before = StatusDraft.of(cluster).orElse(null);
    if (StatusDraft.differ(before, status)) {
      memory.written =
          Optional.of(StatusWriter.write(roundContext.api().client(), cluster, status));
      StatusNews.tell(roundContext.api().events(), cluster, before, status, "");
    }
    return UpdateControl.noUpdate();
  }

  /**
   * What can't be read must not be written either: a status without the grants in it would be worse
   * than none. Conditions alone are written.
   */
  private UpdateControl<WorkerCluster> noteConditions(
      WorkerCluster cluster, ClusterMemory memory, WorkerClusterStatus status) {
    noteOnBoard(cluster, status);
    WorkerClusterStatus before = memory.conditions.orElse(null);
    if (StatusDraft.differ(before, status)) {
      StatusWriter.writeConditions(roundContext.api().client(), cluster, status);
      memory.conditions = Optional.of(status);
      StatusNews.tell(roundContext.api().events(), cluster, before, status, "");
    }
    return UpdateControl.noUpdate();
  }

  private void noteOnBoard(WorkerCluster cluster, WorkerClusterStatus status) {
    roundContext
        .gauges()
        .note(ClusterKey.of(cluster), ClusterGauges.Entry.ofConditions(status.conditions));
  }

  private ClusterMemory memory(WorkerCluster cluster) {
    String uid = cluster.getMetadata().getUid();
    return memories.compute(
        ClusterKey.of(cluster),
        (key, known) ->
            known != null && known.uid.equals(uid)
                ? known
                : new ClusterMemory(
                    uid,
                    new WorkerRounds(roundContext.control(), roundContext.clock()),
                    new Credential(roundContext.api().client(), key),
                    new Refusals(key, roundContext.gauges()),
                    new Pace(roundContext.options().interval(), roundContext.options().settling()),
                    roundContext.clock().instant()));
  }

  private static boolean annotated(WorkerCluster cluster, String annotation) {
    Map<String, String> annotations = cluster.getMetadata().getAnnotations();
    return annotations != null && "true".equals(annotations.get(annotation));
  }
}
