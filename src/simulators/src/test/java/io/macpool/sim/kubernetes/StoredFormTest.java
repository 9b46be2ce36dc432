package io.macpool.sim.kubernetes;

import io.macpool.sim.kubernetes.KubernetesSimulator.Options;
import io.macpool.sim.kubernetes.node.PodRunner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class StoredFormTest extends StoredFormContract {

  private static KubernetesSimulator cluster;

  @BeforeAll
  static void start() {
    cluster = KubernetesSimulator.start(Options.defaults(), PodRunner.idle());
    cluster.load(Widgets.DEFINITION);
    cluster.load(Widgets.SIZELESS);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Override
  RawClient connect() {
    return new RawClient(cluster);
  }
}
