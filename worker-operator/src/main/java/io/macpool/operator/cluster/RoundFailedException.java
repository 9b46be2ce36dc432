package io.macpool.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;

/**
 * The API did not do what a round needs; the round is tried again, later and later. The framework
 * logs each failure with its trace: of a call that was refused there is nothing in it to learn, so
 * there is none.
 */
final class RoundFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RoundFailedException(ClusterKey cluster, KubernetesClientException failure) {
    super(cluster + ": " + failure.getMessage(), null, false, false);
  }
}
