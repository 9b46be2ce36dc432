package io.macpool.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;

/** Writes a status under the version that it was made from. */
final class StatusWriter {

  private StatusWriter() {}

  /**
   * Replaces the status.
   *
   * @return the resource as it is now
   * @throws io.fabric8.kubernetes.client.KubernetesClientException with code 409 if somebody wrote
   *     the resource in between: nothing was written then
   */
  static WorkerCluster write(
      KubernetesClient client, WorkerCluster cluster, WorkerClusterStatus status) {
    WorkerCluster changed = new WorkerCluster();
    changed.setMetadata(cluster.getMetadata());
    changed.setSpec(cluster.getSpec());
    changed.setStatus(status);
    return client.resource(changed).updateStatus();
  }
}
