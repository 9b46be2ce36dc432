package io.macpool.operator;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.kubernetes.node.RealCluster;
import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A real API server with its controllers, behind a gate, with our node of fake workers. */
final class PeerApi implements TestCluster {

  /** Refuses an operation on a resource of a namespace, with 403. */
  private static final String POLICY =
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: %1$s}
      spec:
        matchConstraints:
          resourceRules:
            - {apiGroups: ["%2$s"], apiVersions: [v1], operations: [%3$s], resources: [%4$s]}
        validations: [{expression: "false", message: not today, reason: Forbidden}]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicyBinding
      metadata: {name: %1$s}
      spec:
        policyName: %1$s
        validationActions: [Deny]
        matchResources:
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %5$s}}
      """;

  /** Changes the pods' spec of each Deployment of a namespace that is written. */
  private static final String CHANGE =
      """
      apiVersion: admissionregistration.k8s.io/v1alpha1
      kind: MutatingAdmissionPolicy
      metadata: {name: %1$s}
      spec:
        matchConstraints:
          resourceRules:
            - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
        failurePolicy: Fail
        reinvocationPolicy: Never
        mutations:
          - patchType: ApplyConfiguration
            applyConfiguration:
              expression: >-
                Object{spec: Object.spec{template: Object.spec.template{spec:
                Object.spec.template.spec{%3$s}}}}
      ---
      apiVersion: admissionregistration.k8s.io/v1alpha1
      kind: MutatingAdmissionPolicyBinding
      metadata: {name: %1$s}
      spec:
        policyName: %1$s
        matchResources:
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %2$s}}
      """;

  private static final String BARE =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: tried}
      spec:
        selector: {matchLabels: {name: tried}}
        template:
          metadata: {labels: {name: tried}}
          spec: {containers: [{name: worker, image: worker:1}]}
      """;

  private final Path peer;
  private final Config config;
  private final ApiGate gate;
  private final RealCluster cluster;
  private final KubernetesClient client;
  private final Path kubeconfig;
  private final String namespace;
  private final List<String> policies = new ArrayList<>();
  private final List<String> changes = new ArrayList<>();

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
  public void forbid(String operation, String resource) {
    String policy = namespace + "-" + resource;
    cluster.apply(POLICY.formatted(policy, groups(resource), operation, resource, namespace));
    policies.add(policy);
    // The API server hears of its own policies a moment later.
    await("the policy acts").atMost(Duration.ofSeconds(20)).until(() -> refuses(operation));
  }

  private static String groups(String resource) {
    return switch (resource) {
      case "deployments" -> "apps";
      case "workerclusters" -> "travisci.com";
      default -> "";
    };
  }

  private boolean refuses(String operation) {
    try {
      if (operation.equals("CREATE")) {
        client
            .secrets()
            .inNamespace(namespace)
            .resource(new SecretBuilder().withNewMetadata().withName("tried").endMetadata().build())
            .dryRun()
            .create();
      } else {
        client
            .apps()
            .deployments()
            .inNamespace(namespace)
            .list()
            .getItems()
            .forEach(
                each ->
                    client
                        .resource(each)
                        .dryRun()
                        .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\":{\"annotations\":{\"tried\":\"1\"}}}"));
      }
      return false;
    } catch (KubernetesClientException e) {
      return e.getCode() == 403;
    }
  }

  @Override
  public void changePods(String members, String merged) {
    String policy = namespace + "-change";
    cluster.apply(CHANGE.formatted(policy, namespace, members));
    changes.add(policy);
    await("the policy acts").atMost(Duration.ofSeconds(30)).until(this::changes);
  }

  private boolean changes() {
    Deployment bare = Serialization.unmarshal(BARE, Deployment.class);
    Deployment kept = client.resource(bare).inNamespace(namespace).dryRun().create();
    return kept.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds() == 60;
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
  public void forget() {
    gate.forget();
  }

  @Override
  public void thaw() {
    gate.thaw();
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
    for (String kind : List.of("WorkerCluster", "HardwarePool")) {
      // Untyped, for some hold what no type of ours can.
      var resources =
          client.genericKubernetesResources("travisci.com/v1alpha1", kind).inNamespace(namespace);
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
    var admission = client.admissionRegistration().v1();
    policies.forEach(
        policy -> {
          admission.validatingAdmissionPolicyBindings().withName(policy).delete();
          admission.validatingAdmissionPolicies().withName(policy).delete();
        });
    for (String kind : List.of("MutatingAdmissionPolicyBinding", "MutatingAdmissionPolicy")) {
      changes.forEach(
          change ->
              client
                  .genericKubernetesResources("admissionregistration.k8s.io/v1alpha1", kind)
                  .withName(change)
                  .delete());
    }
    client.close();
    cluster.close();
    gate.close();
  }
}
