package io.macpool.sandbox;

import io.macpool.sim.kubernetes.KubernetesSimulator;
import io.macpool.sim.kubernetes.node.RealCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The Kubernetes API that the operator works on: simulated, or one that the user brings. */
public interface Cluster extends AutoCloseable {

  Path kubeconfig();

  /** Where plain GETs are answered without a header; empty if only the kubeconfig tells. */
  Optional<String> apiUrl();

  /** Applies a manifest as {@code kubectl apply} would. */
  void apply(String manifest);

  /** Deletes what the manifest holds and waits for its finalizers, where that matters. */
  void delete(String manifest, Duration patience);

  @Override
  void close();

  static Cluster simulated(KubernetesSimulator simulator) {
    return new Cluster() {
      @Override
      public Path kubeconfig() {
        return simulator.kubeconfig();
      }

      @Override
      public Optional<String> apiUrl() {
        return Optional.of(simulator.urlWithToken());
      }

      @Override
      public void apply(String manifest) {
        simulator.load(manifest);
      }

      @Override
      public void delete(String manifest, Duration patience) {
        // It ends with the simulator: there is nothing to leave behind.
      }

      @Override
      public void close() {
        simulator.close();
      }
    };
  }

  static Cluster real(RealCluster cluster) {
    return new Cluster() {
      @Override
      public Path kubeconfig() {
        return cluster.kubeconfig();
      }

      @Override
      public Optional<String> apiUrl() {
        return Optional.empty();
      }

      @Override
      public void apply(String manifest) {
        cluster.apply(manifest);
      }

      @Override
      public void delete(String manifest, Duration patience) {
        cluster.delete(manifest, patience);
      }

      @Override
      public void close() {
        cluster.close();
      }
    };
  }
}
