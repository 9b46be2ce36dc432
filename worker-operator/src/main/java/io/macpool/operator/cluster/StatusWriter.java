package io.macpool.operator.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;

/** Writes a status under the version that it was made from. */
final class StatusWriter {

  private static final ObjectMapper JSON = new ObjectMapper();

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

  /** Writes the conditions of a resource that can't be read, and leaves all else as it is. */
  static void writeConditions(
      KubernetesClient client, WorkerCluster cluster, WorkerClusterStatus status) {
    ObjectNode patch = JSON.createObjectNode();
    patch
        .putObject("status")
        .put("observedGeneration", status.observedGeneration)
        .set("conditions", JSON.valueToTree(status.conditions));
    client
        .resources(WorkerCluster.class)
        .inNamespace(cluster.getMetadata().getNamespace())
        .withName(cluster.getMetadata().getName())
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
  }
}
