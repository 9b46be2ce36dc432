package io.macpool.operator;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.sim.kubernetes.PodRunner;
import io.macpool.sim.kubernetes.RealCluster;
import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A real API server with its controllers, behind a gate, with our node of fake workers. */
final class PeerApi implements TestCluster {

  private final Path peer;
  private final Config config;
  private final ApiGate gate;
  private final RealCluster cluster;
  private final KubernetesClient client;
  private final Path kubeconfig;
  private final String namespace;

  private PeerApi(Path peer, Path directory, PodRunner workers) throws IOException {
    this.peer = peer;
    namespace = "macpool-" + UUID.randomUUID().toString().substring(0, 8);
    config = Config.fromKubeconfig(peer.toFile());
    gate = new ApiGate(URI.create(config.getMasterUrl()));
    kubeconfig = Files.writeString(directory.resolve("kubeconfig"), gated());
    cluster = RealCluster.join(peer, namespace, directory.resolve("pods"), workers);
    client = newClient();
  }

  /** Joins the peer; skips the test if there is none. */
  static PeerApi join(Path directory, PodRunner workers) {
    Optional<String> peer = Peer.KUBERNETES.location();
    assumeTrue(peer.isPresent(), "peer kubernetes is not here: its contract is not tested");
    try {
      return new PeerApi(Path.of(peer.get()), directory, workers);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write a kubeconfig", e);
    }
  }

  private String gated() {
    String token =
        config.getAutoOAuthToken() == null ? config.getOauthToken() : config.getAutoOAuthToken();
    return """
        apiVersion: v1
        kind: Config
        clusters: [{name: peer, cluster: {server: "%s"}}]
        users: [{name: admin, user: {token: "%s"}}]
        contexts: [{name: peer, context: {cluster: peer, user: admin, namespace: %s}}]
        current-context: peer
        """
        .formatted(gate.url(), token, namespace);
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public Path directKubeconfig() {
    return peer;
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public KubernetesClient newClient() {
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  @Override
  public void define(String manifest) {
    cluster.apply(manifest);
  }

  @Override
  public boolean evaluatesRules() {
    return true;
  }

  @Override
  public void cut() {
    gate.cut();
  }

  @Override
  public void freeze() {
    gate.freeze();
  }

  @Override
  public void compact() {
    gate.age();
  }

  @Override
  public int expiredWatches() {
    return gate.expired();
  }

  /** No operator is left to take its finalizers away: the namespace would never go. */
  private void letGo() {
    for (var type : List.of(WorkerCluster.class, HardwarePool.class)) {
      var resources = client.resources(type).inNamespace(namespace);
      for (var left : resources.list().getItems()) {
        resources
            .withName(left.getMetadata().getName())
            .edit(
                object -> {
                  object.getMetadata().setFinalizers(List.of());
                  return object;
                });
      }
    }
  }

  @Override
  public void close() {
    letGo();
    client.close();
    cluster.close();
    gate.close();
  }
}
