package io.macpool.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import io.macpool.sim.kubernetes.PodRunner;
import java.nio.file.Path;

/** Our API server simulator. */
final class SimulatedApi implements TestCluster {

  private final KubernetesSimulator kubernetes;
  private int expired;

  SimulatedApi(PodRunner workers) {
    kubernetes = KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), workers);
  }

  /** For what only a simulator can do: count calls, answer them wrongly. */
  KubernetesSimulator simulator() {
    return kubernetes;
  }

  @Override
  public Path kubeconfig() {
    return kubernetes.kubeconfig();
  }

  @Override
  public String namespace() {
    return OperatorBench.NAMESPACE;
  }

  @Override
  public KubernetesClient newClient() {
    return kubernetes.newClient();
  }

  @Override
  public void define(String manifest) {
    kubernetes.load(manifest);
  }

  @Override
  public boolean evaluatesRules() {
    return false;
  }

  @Override
  public void cut() {
    kubernetes.dropWatches();
  }

  @Override
  public void compact() {
    expired += kubernetes.openWatches();
    kubernetes.expireWatches();
  }

  @Override
  public int expiredWatches() {
    return expired;
  }

  @Override
  public void close() {
    kubernetes.close();
  }
}
