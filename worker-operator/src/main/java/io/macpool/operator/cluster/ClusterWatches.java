package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.macpool.core.pool.SlotClaim;
import io.macpool.operator.api.PoolKey;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.ClusterSpec;
import io.macpool.operator.cluster.spec.ConfigChecksum;
import io.macpool.operator.cluster.spec.FollowedConfig;
import io.macpool.operator.cluster.spec.Names;
import io.macpool.operator.cluster.spec.SpecReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is watched for the clusters, and whom a change wakes. Before the framework has begun to
 * watch there are no clusters to wake.
 */
public final class ClusterWatches {

  private static final String BY_LABEL = "label";

  private final SimpleInboundEventSource<WorkerCluster> nudges = new SimpleInboundEventSource<>();
  private volatile @Nullable Watched watched;

  private record Watched(
      IndexerResourceCache<WorkerCluster> clusters,
      InformerEventSource<Pod, WorkerCluster> pods,
      InformerEventSource<Deployment, WorkerCluster> deployments,
      FollowedConfig config) {}

  /** Begins; called once by the framework, before any round. */
  List<EventSource<?, WorkerCluster>> sources(EventSourceContext<WorkerCluster> context) {
    InformerEventSource<Pod, WorkerCluster> pods =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Pod.class, WorkerCluster.class)
                .withName("pods")
                .withSecondaryToPrimaryMapper(this::clustersOf)
                .build(),
            context);
    pods.addIndexers(Map.of(BY_LABEL, ClusterWatches::labelKeys));
    InformerEventSource<Deployment, WorkerCluster> deployments =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Deployment.class, WorkerCluster.class)
                .withName("deployments")
                .withSecondaryToPrimaryMapper(
                    deployment -> Set.of(ClusterKey.of(deployment).resource()))
                .build(),
            context);
    FollowedConfig config = new FollowedConfig(context, this::followers);
    watched = new Watched(context.getPrimaryCache(), pods, deployments, config);
    List<EventSource<?, WorkerCluster>> sources = new ArrayList<>();
    sources.add(pods);
    sources.add(deployments);
    sources.add(nudges);
    sources.addAll(config.sources());
    return sources;
  }

  private Watched watched() {
    return Objects.requireNonNull(watched, "the framework has not begun to watch");
  }

  private IndexerResourceCache<WorkerCluster> clusters() {
    return watched().clusters();
  }

  ConfigChecksum config() {
    return watched().config();
  }

  /** Makes a cluster's next round come at once. */
  public void nudge(ClusterKey cluster) {
    nudges.propagateEvent(cluster.resource());
  }

  /** Makes the rounds of all that follow a queue come at once. */
  public void nudgeFollowersOf(String queue) {
    Watched begun = watched;
    if (begun != null) {
      begun
          .clusters()
          .list(cluster -> queueOf(cluster).filter(queue::equals).isPresent())
          .forEach(cluster -> nudge(ClusterKey.of(cluster)));
    }
  }

  /** The queues that clusters other than {@code gone} look at. */
  Set<String> queuesWithout(ClusterKey gone) {
    return clusters()
        .list(cluster -> !ClusterKey.of(cluster).equals(gone))
        .flatMap(cluster -> SpecReader.read(cluster).spec().flatMap(ClusterSpec::queue).stream())
        .collect(Collectors.toSet());
  }

  private static Optional<String> queueOf(WorkerCluster cluster) {
    return Optional.ofNullable(cluster.getSpec())
        .map(spec -> spec.scaling)
        .map(scaling -> scaling.queue);
  }

  /** What each cluster on a pool may hold by its recorded status. */
  public Collection<SlotClaim> recordedClaims(PoolKey pool) {
    return clusters()
        .list(
            pool.namespace(),
            cluster -> RecordedClaim.pool(cluster).filter(pool.name()::equals).isPresent())
        .map(RecordedClaim::of)
        .collect(Collectors.toList());
  }

  /**
   * Pods with these labels, of which there is at least one, in whatever phase; the cache may lag
   * behind the API.
   */
  List<Pod> pods(String namespace, Map<String, String> labels) {
    Map.Entry<String, String> one = labels.entrySet().iterator().next();
    return watched().pods().byIndex(BY_LABEL, labelKey(namespace, one)).stream()
        .filter(pod -> has(pod, labels))
        .collect(Collectors.toList());
  }

  private static List<String> labelKeys(Pod pod) {
    return Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of()).entrySet().stream()
        .map(label -> labelKey(pod.getMetadata().getNamespace(), label))
        .collect(Collectors.toList());
  }

  private static String labelKey(String namespace, Map.Entry<String, String> label) {
    return namespace + "/" + label.getKey() + "=" + label.getValue();
  }

  /** The checksum of the cluster's credential Secret, as far as the watch knows of it. */
  Optional<String> credential(ClusterKey cluster) {
    return watched().config().secret(cluster.namespace(), Names.secretOf(cluster.name()));
  }

  /** The other clusters of the namespace that pods of this one match, or whose pods it matches. */
  SortedSet<String> overlapping(WorkerCluster cluster) {
    String name = cluster.getMetadata().getName();
    return clusters()
        .list(
            cluster.getMetadata().getNamespace(),
            other ->
                !other.getMetadata().getName().equals(name)
                    && (selects(cluster, other) || selects(other, cluster)))
        .map(other -> other.getMetadata().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean selects(WorkerCluster selecting, WorkerCluster other) {
    Map<String, String> labels = labelsOf(selecting);
    Map<String, String> pods =
        Optional.ofNullable(other.getSpec())
            .map(spec -> spec.template)
            .map(template -> template.metadata)
            .map(metadata -> metadata.labels)
            .orElse(Map.of());
    return !labels.isEmpty() && pods.entrySet().containsAll(labels.entrySet());
  }

  /** A cluster's Deployment; the cache may lag behind the API. */
  Optional<Deployment> deployment(ClusterKey cluster) {
    return watched().deployments().get(cluster.resource());
  }

  private Set<ResourceID> clustersOf(Pod pod) {
    return clusters()
        .list(
            pod.getMetadata().getNamespace(),
            cluster -> !labelsOf(cluster).isEmpty() && has(pod, labelsOf(cluster)))
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  private Set<ResourceID> followers(String namespace, Predicate<ClusterSpec> of) {
    return clusters()
        .list(namespace, cluster -> SpecReader.read(cluster).spec().filter(of).isPresent())
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  /** The labels by which a cluster's pods are found; none if its spec names none. */
  static Map<String, String> labelsOf(WorkerCluster cluster) {
    return Optional.ofNullable(cluster.getSpec())
        .map(spec -> spec.selector)
        .map(selector -> selector.matchLabels)
        .orElse(Map.of());
  }

  private static boolean has(Pod pod, Map<String, String> labels) {
    Map<String, String> actual = pod.getMetadata().getLabels();
    return actual != null && actual.entrySet().containsAll(labels.entrySet());
  }
}
