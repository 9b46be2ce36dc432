package io.macpool.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.cluster.ClusterReconciler;
import io.macpool.operator.hardware.HardwarePoolReconciler;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last thing that an operator does whose own namespace is being deleted: it takes its
 * finalizers off what is there. No operator comes after it, and the namespace would be Terminating
 * for good. Jobs are none the worse for it: their pods were told to end with the namespace, and
 * drain by themselves.
 */
final class FinalizerRelease implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FinalizerRelease.class);

  private final KubernetesClient client;
  private final String namespace;

  /**
   * To be closed when nothing acts any more.
   *
   * @param namespace that the operator lives in
   */
  FinalizerRelease(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  @Override
  public void close() {
    try {
      if (isGoing()) {
        release(WorkerCluster.class, ClusterReconciler.FINALIZER);
        release(HardwarePool.class, HardwarePoolReconciler.FINALIZER);
      }
    } catch (KubernetesClientException e) {
      log.warn(
          "the namespace {} is being deleted and this operator with it, and its finalizers stay:"
              + " {}; take them off with kubectl patch wc,hwp NAME --type=merge -p"
              + " '{\"metadata\":{\"finalizers\":null}}'",
          namespace,
          e.getMessage());
    }
  }

  private boolean isGoing() {
    try {
      Namespace own = client.namespaces().withName(namespace).get();
      return own != null && own.getMetadata().getDeletionTimestamp() != null;
    } catch (KubernetesClientException e) {
      log.debug("whether the namespace {} is being deleted can't be told", namespace, e);
      return false;
    }
  }

  private <T extends HasMetadata> void release(Class<T> kind, String finalizer) {
    List<T> all = client.resources(kind).inNamespace(namespace).list().getItems();
    for (T object : all) {
      if (object.hasFinalizer(finalizer)) {
        client
            .resource(object)
            .edit(
                live -> {
                  live.removeFinalizer(finalizer);
                  return live;
                });
        log.info(
            "{} {}/{} is let go: its namespace is being deleted, and this operator with it",
            object.getKind(),
            namespace,
            object.getMetadata().getName());
      }
    }
  }
}
