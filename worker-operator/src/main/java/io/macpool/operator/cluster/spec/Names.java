package io.macpool.operator.cluster.spec;

import java.util.Optional;

/** Names that a cluster's objects carry on the wire. */
public final class Names {

  public static final String DOMAIN = "travisci.com/";

  /** Set to "true" on a WorkerCluster, nothing of it is changed until it is taken away. */
  public static final String PAUSED = DOMAIN + "paused";

  /** Set to "true" on a deleted WorkerCluster, it goes without waiting for its jobs. */
  public static final String FORCE_DELETE = DOMAIN + "force-delete";

  /** On a pod template: changes when a Secret or ConfigMap that it names does. */
  static final String CONFIG_CHECKSUM = DOMAIN + "config-checksum";

  /** On a Deployment: what was applied last, so that a field we gave up is noticed. */
  public static final String APPLIED = DOMAIN + "applied";

  /**
   * On a credential Secret, then on the pods: changes when what they were started with was lost.
   */
  static final String MADE_ANEW = DOMAIN + "credential-made-anew";

  public static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

  static final String CONTAINER = "worker";
  public static final String REMOTE_CONTROL_AUTH = "TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH";
  static final String REMOTE_CONTROL_ADDR = "TRAVIS_WORKER_REMOTE_CONTROLLER_ADDR";
  static final String QUEUE_NAME = "TRAVIS_WORKER_QUEUE_NAME";
  static final String POOL_SIZE = "TRAVIS_WORKER_POOL_SIZE";

  /** The key of the credential in its Secret: USER:PASSWORD. */
  static final String AUTH_KEY = "auth";

  private static final String CREDENTIAL = "-remote-control";

  /** Of any object of Kubernetes, in characters. */
  private static final int LONGEST = 253;

  private Names() {}

  /** A cluster's name that is too long to be a part of another is shortened, and stays unique. */
  public static String secretOf(String cluster) {
    if (cluster.length() + CREDENTIAL.length() <= LONGEST) {
      return cluster + CREDENTIAL;
    }
    String hash = "-" + Drift.checksum(cluster);
    int kept = LONGEST - CREDENTIAL.length() - hash.length();
    return cluster.substring(0, kept) + hash + CREDENTIAL;
  }

  /**
   * The cluster whose credential a Secret of this name would hold; one whose name was shortened
   * can't be told.
   */
  static Optional<String> clusterOf(String secret) {
    return secret.endsWith(CREDENTIAL)
        ? Optional.of(secret.substring(0, secret.length() - CREDENTIAL.length()))
        : Optional.empty();
  }
}
