package io.macpool.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.macpool.sim.kubernetes.ApiCall.Verb;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import io.macpool.sim.kubernetes.node.PodRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Our API server simulator. */
final class SimulatedApi implements TestCluster {

  private final KubernetesSimulator kubernetes;
  private final ApiGate gate;
  private final Path kubeconfig;
  private int expired;

  SimulatedApi(PodRunner workers) {
    kubernetes = KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), workers);
    URI url = URI.create(kubernetes.url());
    gate = new ApiGate(url);
    try {
      String direct = Files.readString(kubernetes.kubeconfig());
      kubeconfig = Files.createTempFile("gated", ".kubeconfig");
      Files.writeString(kubeconfig, direct.replace("http://" + url.getRawAuthority(), gate.url()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For what only a simulator can do: count calls, answer them wrongly. */
  KubernetesSimulator simulator() {
    return kubernetes;
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public Path directKubeconfig() {
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
  public void forbid(String operation, String resource) {
    Verb verb = operation.equals("CREATE") ? Verb.CREATE : Verb.PATCH;
    kubernetes
        .faults()
        .fail(100_000, 403, call -> call.verb() == verb && call.resource().startsWith(resource));
  }

  @Override
  public void changePods(String members, String merged) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode template = patch.putObject("spec").putObject("template");
    template.set("spec", Serialization.unmarshal(merged, JsonNode.class));
    kubernetes.change("deployments.apps", patch);
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
  public void freeze() {
    gate.freeze();
  }

  @Override
  public void forget() {
    gate.forget();
  }

  @Override
  public void thaw() {
    gate.thaw();
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
    gate.close();
    kubernetes.close();
    try {
      Files.delete(kubeconfig);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
