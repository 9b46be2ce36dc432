package io.macpool.operator.cluster;

/** Names that a cluster's objects carry on the wire. */
final class Names {

  static final String DOMAIN = "travisci.com/";

  /** Set to "true" on a WorkerCluster, nothing of it is changed until it is taken away. */
  static final String PAUSED = DOMAIN + "paused";

  /** Set to "true" on a deleted WorkerCluster, it goes without waiting for its jobs. */
  static final String FORCE_DELETE = DOMAIN + "force-delete";

  /** On a pod template: changes when a Secret or ConfigMap that it names does. */
  static final String CONFIG_CHECKSUM = DOMAIN + "config-checksum";

  /** On a Deployment: what was applied last, so that a field we gave up is noticed. */
  static final String APPLIED = DOMAIN + "applied";

  static final String FINALIZER = DOMAIN + "drain";

  static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

  static final String CONTAINER = "worker";
  static final String REMOTE_CONTROL_AUTH = "TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH";
  static final String REMOTE_CONTROL_ADDR = "TRAVIS_WORKER_REMOTE_CONTROLLER_ADDR";
  static final String POOL_SIZE = "TRAVIS_WORKER_POOL_SIZE";

  /** The key of the credential in its Secret: USER:PASSWORD. */
  static final String AUTH_KEY = "auth";

  private Names() {}

  static String secretOf(String cluster) {
    return cluster + "-remote-control";
  }
}
