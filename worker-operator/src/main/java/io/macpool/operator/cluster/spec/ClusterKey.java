package io.macpool.operator.cluster.spec;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.macpool.operator.api.PoolKey;

/** Names a WorkerCluster. */
public record ClusterKey(String namespace, String name) {

  public static ClusterKey of(HasMetadata resource) {
    return new ClusterKey(resource.getMetadata().getNamespace(), resource.getMetadata().getName());
  }

  public PoolKey pool(String pool) {
    return new PoolKey(namespace, pool);
  }

  public ResourceID resource() {
    return new ResourceID(name, namespace);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
