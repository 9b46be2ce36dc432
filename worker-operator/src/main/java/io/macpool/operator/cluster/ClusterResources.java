package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.cluster.report.ClusterEvents;
import io.macpool.operator.cluster.report.Refusals.Part;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.ClusterSpec;
import io.macpool.operator.cluster.spec.WorkerDeployment;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The objects that a cluster owns: its Deployment and the credential of its pods. */
final class ClusterResources {

  private static final Logger log = LoggerFactory.getLogger(ClusterResources.class);

  private final RoundContext roundContext;
  private final ClusterWatches watches;
  private final WorkerCluster cluster;
  private final ClusterKey key;
  private final ClusterMemory memory;

  ClusterResources(
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

  /** Makes the credential that the pods are asked with, if it is not there. */
  void ensureCredential(boolean podsExist) {
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

  /**
   * The Deployment as it is. The watch lags behind our own writes, so the newer of what it shows
   * and what the API answered counts; one that the watch does not know may be too new or gone, and
   * the API is asked which.
   */
  Optional<Deployment> deployment() {
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

  /** Makes the Deployment what the spec says, with so many replicas. */
  ClusterKey apply(ClusterSpec spec, Optional<Deployment> actual, int replicas) {
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
