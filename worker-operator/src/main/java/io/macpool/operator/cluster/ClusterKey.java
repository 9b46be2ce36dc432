package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.macpool.operator.api.PoolKey;

/** Names a WorkerCluster. */
public record ClusterKey(String namespace, String name) {

  static ClusterKey of(HasMetadata resource) {
    return new ClusterKey(resource.getMetadata().getNamespace(), resource.getMetadata().getName());
  }

  PoolKey pool(String pool) {
    return new PoolKey(namespace, pool);
  }

  ResourceID resource() {
    return new ResourceID(name, namespace);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
