package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.macpool.core.pool.SlotClaim;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.api.WorkerStatus;
import io.macpool.operator.cluster.SpecReader.Reading;
import io.macpool.operator.control.WorkerRounds;
import io.macpool.operator.hardware.PoolKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the rounds of WorkerClusters to the framework's loop: which watches wake which cluster, and
 * what follows from a failure. Rounds of one cluster never overlap.
 */
@ControllerConfiguration(name = "workercluster", finalizerName = Names.FINALIZER)
public final class ClusterReconciler
    implements Reconciler<WorkerCluster>, Cleaner<WorkerCluster>, ClusterCaches {

  private static final Logger log = LoggerFactory.getLogger(ClusterReconciler.class);

  private static final int CONFLICT = 409;
  private static final Duration SOON = Duration.ofMillis(100);

  private final Operation operation;
  private final Map<ClusterKey, ClusterMemory> memories = new ConcurrentHashMap<>();
  private final SimpleInboundEventSource<WorkerCluster> nudges = new SimpleInboundEventSource<>();
  private IndexerResourceCache<WorkerCluster> clusters;
  private InformerEventSource<Pod, WorkerCluster> pods;
  private InformerEventSource<Deployment, WorkerCluster> deployments;
  private FollowedConfig config;

  /**
   * A reconciler, not yet registered.
   *
   * @param operation makes the context of all rounds from this reconciler, whose nudges and cache
   *     it needs
   */
  public ClusterReconciler(Function<ClusterReconciler, Operation> operation) {
    this.operation = operation.apply(this);
  }

  @Override
  public List<EventSource<?, WorkerCluster>> prepareEventSources(
      EventSourceContext<WorkerCluster> context) {
    clusters = context.getPrimaryCache();
    pods =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Pod.class, WorkerCluster.class)
                .withName("pods")
                .withSecondaryToPrimaryMapper(this::clustersOf)
                .build(),
            context);
    deployments =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Deployment.class, WorkerCluster.class)
                .withName("deployments")
                .withSecondaryToPrimaryMapper(
                    deployment -> Set.of(ClusterKey.of(deployment).resource()))
                .build(),
            context);
    config = new FollowedConfig(context, this::followers);
    List<EventSource<?, WorkerCluster>> sources = new ArrayList<>();
    sources.add(pods);
    sources.add(deployments);
    sources.add(nudges);
    sources.addAll(config.sources());
    return sources;
  }

  @Override
  public UpdateControl<WorkerCluster> reconcile(
      WorkerCluster cached, Context<WorkerCluster> context) {
    if (!operation.mayAct().getAsBoolean()) {
      return UpdateControl.noUpdate();
    }
    ClusterMemory memory = memory(cached);
    WorkerCluster cluster = ClusterMemory.newest(cached, memory.written);
    Reading reading = SpecReader.read(cluster.getSpec());
    try {
      if (annotated(cluster, Names.PAUSED)) {
        return note(cluster, memory, StatusDraft.paused(cluster, operation.clock().instant()));
      }
      if (reading.spec().isEmpty()) {
        log.warn("{}: {}", ClusterKey.of(cluster), String.join("; ", reading.problems()));
        return note(
            cluster,
            memory,
            StatusDraft.invalid(cluster, reading.problems(), operation.clock().instant()));
      }
      Duration again =
          new ClusterRound(operation, this, config, cluster, memory).serve(reading.spec().get());
      return UpdateControl.<WorkerCluster>noUpdate().rescheduleAfter(again);
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
      return UpdateControl.<WorkerCluster>noUpdate().rescheduleAfter(SOON);
    }
  }

  @Override
  public DeleteControl cleanup(WorkerCluster cached, Context<WorkerCluster> context) {
    if (!operation.mayAct().getAsBoolean()) {
      return DeleteControl.noFinalizerRemoval();
    }
    ClusterMemory memory = memory(cached);
    WorkerCluster cluster = ClusterMemory.newest(cached, memory.written);
    ClusterKey key = ClusterKey.of(cluster);
    boolean forced =
        annotated(cluster, Names.FORCE_DELETE) || annotated(cached, Names.FORCE_DELETE);
    Map<String, String> labels = labelsOf(cluster);
    try {
      if (!forced
          && !labels.isEmpty()
          && !new ClusterRound(operation, this, config, cluster, memory)
              .drain(labels, SpecReader.read(cluster.getSpec()).spec())) {
        return DeleteControl.noFinalizerRemoval().rescheduleAfter(operation.settling().toMillis());
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(SOON.toMillis());
    }
    operation
        .client()
        .apps()
        .deployments()
        .inNamespace(key.namespace())
        .withName(key.name())
        .delete();
    operation
        .client()
        .secrets()
        .inNamespace(key.namespace())
        .withName(Names.secretOf(key.name()))
        .delete();
    Optional.ofNullable(cluster.getSpec().hardwarePool)
        .ifPresent(pool -> operation.ledger().forget(key.pool(pool), key.name()));
    memories.remove(key);
    operation.board().forget(key);
    forgetUnfollowedQueues(key);
    log.info("{} is gone{}", key, forced ? ", by force" : ": its jobs have finished");
    return DeleteControl.defaultDelete();
  }

  private void forgetUnfollowedQueues(ClusterKey gone) {
    operation
        .queues()
        .keepOnly(
            clusters
                .list(c -> c.getSpec() != null && c.getSpec().scaling != null)
                .filter(c -> !ClusterKey.of(c).equals(gone))
                .map(c -> c.getSpec().scaling.queue)
                .collect(Collectors.toSet()));
  }

  /** Makes a cluster's next round come at once. */
  public void nudge(ClusterKey cluster) {
    nudges.propagateEvent(cluster.resource());
  }

  /** Makes the rounds of all that follow a queue come at once. */
  public void nudgeFollowersOf(String queue) {
    if (clusters != null) {
      clusters.list(c -> follows(c, queue)).forEach(cluster -> nudge(ClusterKey.of(cluster)));
    }
  }

  /** What each cluster on a pool may hold by its recorded status. */
  public Collection<SlotClaim> recordedClaims(PoolKey pool) {
    return clusters
        .list(pool.namespace(), cluster -> pool.name().equals(poolOf(cluster)))
        .map(ClusterReconciler::recordedClaim)
        .collect(Collectors.toList());
  }

  private static String poolOf(WorkerCluster cluster) {
    return StatusDraft.of(cluster)
        .map(status -> status.hardwarePool)
        .orElse(cluster.getSpec() == null ? null : cluster.getSpec().hardwarePool);
  }

  private static SlotClaim recordedClaim(WorkerCluster cluster) {
    int held = 0;
    int wanted = 0;
    if (cluster.getStatus() != null) {
      WorkerClusterStatus status = cluster.getStatus();
      wanted = status.desiredJobs == null ? 0 : status.desiredJobs;
      for (WorkerStatus worker : status.workerStatuses) {
        int alive = worker.currentPoolSize == null ? 0 : worker.currentPoolSize;
        int expected = worker.expectedPoolSize == null ? 0 : worker.expectedPoolSize;
        int granted = worker.requestedPoolSize == null ? 0 : worker.requestedPoolSize;
        held += Math.max(0, alive - expected) + Math.max(expected, granted);
      }
    }
    Optional<ClusterSpec> spec = SpecReader.read(cluster.getSpec()).spec();
    return new SlotClaim(
        cluster.getMetadata().getName(),
        spec.map(ClusterSpec::weight).orElse(1),
        spec.map(ClusterSpec::minJobs).orElse(0),
        Math.max(wanted, held),
        held);
  }

  @Override
  public List<Pod> pods(String namespace, Map<String, String> labels) {
    return pods.list(namespace, pod -> has(pod, labels)).collect(Collectors.toList());
  }

  @Override
  public Optional<Deployment> deployment(ClusterKey cluster) {
    return deployments.get(cluster.resource());
  }

  private UpdateControl<WorkerCluster> note(
      WorkerCluster cluster, ClusterMemory memory, WorkerClusterStatus status) {
    WorkerClusterStatus before = StatusDraft.of(cluster).orElse(null);
    if (before == null || StatusDraft.differ(before, status)) {
      memory.written = Optional.of(StatusWriter.write(operation.client(), cluster, status));
      StatusNews.tell(operation.events(), cluster, before, status, "");
    }
    return UpdateControl.noUpdate();
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
                    new WorkerRounds(operation.control(), operation.clock()),
                    operation.clock().instant()));
  }

  private Set<ResourceID> clustersOf(Pod pod) {
    return clusters
        .list(
            pod.getMetadata().getNamespace(),
            cluster -> !labelsOf(cluster).isEmpty() && has(pod, labelsOf(cluster)))
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  private Set<ResourceID> followers(
      String namespace, java.util.function.Predicate<ClusterSpec> of) {
    return clusters
        .list(
            namespace, cluster -> SpecReader.read(cluster.getSpec()).spec().filter(of).isPresent())
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  private static boolean follows(WorkerCluster cluster, String queue) {
    return cluster.getSpec() != null
        && cluster.getSpec().scaling != null
        && queue.equals(cluster.getSpec().scaling.queue);
  }

  private static Map<String, String> labelsOf(WorkerCluster cluster) {
    return Optional.ofNullable(cluster.getSpec())
        .map(spec -> spec.selector)
        .map(selector -> selector.matchLabels)
        .orElse(Map.of());
  }

  private static boolean has(Pod pod, Map<String, String> labels) {
    Map<String, String> actual = pod.getMetadata().getLabels();
    return actual != null && actual.entrySet().containsAll(labels.entrySet());
  }

  private static boolean annotated(WorkerCluster cluster, String annotation) {
    Map<String, String> annotations = cluster.getMetadata().getAnnotations();
    return annotations != null && "true".equals(annotations.get(annotation));
  }
}
