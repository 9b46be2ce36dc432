package io.macpool.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;

/** A Kubernetes API with one namespace of ours, whose pods are fake workers. */
interface TestCluster extends AutoCloseable {

  /** What an operator is given to reach it. */
  Path kubeconfig();

  /** As {@link #kubeconfig()}, for programs that no fault shall touch. */
  Path directKubeconfig();

  String namespace();

  /** A client that no fault touches; the caller closes it. */
  KubernetesClient newClient();

  /** Applies cluster-wide definitions. */
  void define(String manifest);

  /**
   * Answers 403 from now on to what would change a resource of our namespace.
   *
   * @param operation {@code CREATE} or {@code UPDATE}
   * @param resource plural, such as {@code secrets}
   */
  void forbid(String operation, String resource);

  /**
   * Changes every Deployment of our namespace that is written from now on, as a webhook of somebody
   * else does.
   *
   * @param members of the pods' spec, in CEL: {@code terminationGracePeriodSeconds: 60}
   * @param merged the same as a JSON merge patch of the pods' spec
   */
  void changePods(String members, String merged);

  /** Whether it holds custom resources to the CEL rules of their definitions. */
  boolean evaluatesRules();

  /** Breaks every connection of those who use {@link #kubeconfig()}. */
  void cut();

  /** Takes every call of those who use {@link #kubeconfig()} from now on, and answers none. */
  void freeze();

  /**
   * Answers nothing more on the connections that there are, as a router does that has forgotten
   * them; new ones work.
   */
  void forget();

  /** Ends {@link #freeze()}; what was begun before is broken off. */
  void thaw();

  /**
   * Breaks every connection, and forgets the history that a watch would resume from: it is told 410
   * and must list again.
   */
  void compact();

  /** How many watches were told 410 so far. */
  int expiredWatches();

  @Override
  void close();
}
