package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.node.NodeApi;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.verb.Deletion;
import io.macpool.sim.kubernetes.verb.Verbs;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The simulated API server's own node: no call goes over the wire, or is counted. */
final class LocalNodeApi implements NodeApi {

  private static final Logger log = LoggerFactory.getLogger(LocalNodeApi.class);

  private final ObjectStore store;
  private final Verbs verbs;
  private final ResourceType podType;

  LocalNodeApi(ObjectStore store, Verbs verbs, ResourceType podType) {
    this.store = store;
    this.verbs = verbs;
    this.podType = podType;
  }

  @Override
  public Optional<ObjectNode> get(ObjectKey key) {
    return store.get(key);
  }

  @Override
  public void report(ObjectKey pod, ObjectNode status) {
    try {
      verbs.update(
          podType,
          pod.namespace(),
          pod.name(),
          true,
          false,
          present -> {
            Metadata.of(present).remove("resourceVersion");
            present.set("status", status);
            return present;
          });
    } catch (ApiFailure gone) {
      log.debug("pod {} went while its status was reported", pod.name(), gone);
    }
  }

  @Override
  public void remove(ObjectKey pod) {
    try {
      verbs.delete(podType, pod.namespace(), pod.name(), Deletion.NOW);
    } catch (ApiFailure gone) {
      log.debug("pod {} was removed by somebody else", pod.name(), gone);
    }
  }
}
