package io.macpool.sim.kubernetes.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ObjectKey;
import java.util.Optional;

/** What a node asks of the API server: ours, in this JVM, or a real one. */
public interface NodeApi {

  /** A copy of the object as it is now: a pod, a secret or a config map. */
  Optional<ObjectNode> get(ObjectKey key);

  /** Reports the pod's status; a pod that has gone meanwhile is none of the node's business. */
  void report(ObjectKey pod, ObjectNode status);

  /** Removes the pod, whose container has ended, without further grace. */
  void remove(ObjectKey pod);
}
