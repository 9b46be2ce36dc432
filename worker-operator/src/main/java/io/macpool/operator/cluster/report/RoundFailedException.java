package io.macpool.operator.cluster.report;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macpool.operator.cluster.spec.ClusterKey;

/**
 * A round can't go on as things are; it is tried again, later and later. The framework logs each
 * failure with its trace: there is nothing to learn from the place in our code, so there is none.
 */
public final class RoundFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public RoundFailedException(ClusterKey cluster, KubernetesClientException failure) {
    this(cluster, String.valueOf(failure.getMessage()));
  }

  /**
   * Made of what a person reads.
   *
   * @param why with what to do about it, if there is something
   */
  public RoundFailedException(ClusterKey cluster, String why) {
    super(cluster + ": " + why, null, false, false);
  }
}
