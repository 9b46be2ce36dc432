package io.macpool.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Objects;

/**
 * The API server that this operator works with, and what of it is the operator's. It outlives terms
 * of leadership, so nothing that a term remembers belongs here.
 *
 * @param patience of all calls of the client
 * @param namespace that is watched, or {@link OperatorSettings#ALL_NAMESPACES}
 */
record ApiConnection(KubernetesClient client, ApiPatience patience, String namespace) {

  ApiConnection {
    Objects.requireNonNull(client, "client");
    Objects.requireNonNull(patience, "patience");
    Objects.requireNonNull(namespace, "namespace");
  }
}
