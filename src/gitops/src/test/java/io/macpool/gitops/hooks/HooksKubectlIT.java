package io.macpool.gitops.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.hooks.HookRun.Result;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The hooks that talk to a cluster, with the real kubectl on the simulated API: what they write is
 * there, and what they refuse leaves everything as it was. {@code pre-destroy} beside an operator
 * is tested with the operator.
 */
class HooksKubectlIT {

  private static final String STAGING = "macstadium-staging";
  private static final String FLUX_KINDS =
      "GitRepository.source.toolkit.fluxcd.io Kustomization.kustomize.toolkit.fluxcd.io";

  /** Makes the key as flux does, and notes what it was asked for. */
  private static final String FLUX =
      """
      #!/usr/bin/env bash
      set -euo pipefail
      echo "flux $*" >>"$FAKE/calls"
      if [[ "$*" == *"create secret git"* ]]; then
        kubectl --context "$2" --namespace "$4" create secret generic macpool-deploy-key \\
          --from-literal=identity.pub="ssh-ed25519 AAAA key-$RANDOM" \\
          --dry-run=client --output json | kubectl --context "$2" create --filename - >&2
      fi
      """;

  @TempDir private static Path certificates;
  private static Certificates cluster;
  private static Certificates foreign;

  @TempDir private Path directory;

  private String kubectl;
  private KubernetesSimulator api;
  private TlsFront front;
  private Path kubeconfig;
  private HookRun hooks;

  @BeforeAll
  static void makeCertificates() throws Exception {
    assumeTrue(Peer.KUBECTL.location().isPresent(), "peer kubectl is not here");
    cluster = Certificates.make(certificates.resolve("cluster"));
    foreign = Certificates.make(certificates.resolve("foreign"));
  }

  @BeforeEach
  void start() throws Exception {
    kubectl = Peer.KUBECTL.location().orElseThrow();
    api = KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), PodRunner.idle());
    // The simulator's own address has a path that stands for its token.
    String behind =
        Files.readString(api.kubeconfig()).replaceFirst("(?s).*server: \"(.*?)\".*", "$1");
    front = new TlsFront(URI.create(behind + "/"), cluster.server());
    kubeconfig = directory.resolve("kubeconfig");
    Path fake = Files.createDirectories(directory.resolve("fake"));
    hooks =
        new HookRun(fake)
            .withReal("kubectl", Path.of(kubectl))
            .withEnvironment("KUBECONFIG", kubeconfig.toString())
            .given("flux", FLUX);
    Files.setPosixFilePermissions(
        fake.resolve("flux"), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void stop() {
    if (front != null) {
      front.close();
      api.close();
    }
  }

  @Test
  void contextWritesOneThatWorks() throws Exception {
    JsonNode answer = context(cluster, cluster, front.host()).json();

    assertThat(answer.get("context").asText()).isEqualTo(STAGING);
    kubectl("--context", STAGING, "get", "namespaces");
    assertThat(kubectl("config", "view", "--minify", "--context", STAGING))
        .contains("namespace: " + STAGING);
    String once = Files.readString(kubeconfig);
    assertThat(context(cluster, cluster, front.host()).status()).isZero();
    assertThat(Files.readString(kubeconfig)).isEqualTo(once);
  }

  @ParameterizedTest
  @CsvSource({
    "another authority, foreign, cluster, true",
    "another client, cluster, foreign, true",
    "nobody there, cluster, cluster, false"
  })
  void contextThatDoesNotWorkLeavesTheOldOne(
      String why, String authority, String client, boolean there) throws Exception {
    plainContext();
    String good = Files.readString(kubeconfig);

    Result result =
        context(
            authority.equals("cluster") ? cluster : foreign,
            client.equals("cluster") ? cluster : foreign,
            there ? front.host() : "127.0.0.1:1");

    assertThat(result.status()).as(why).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("does not answer by these outputs");
    assertThat(Files.readString(kubeconfig)).isEqualTo(good);
    kubectl("--context", STAGING, "get", "namespaces");
  }

  /** Twice, and once more while the API hesitates: the key that the repository knows stays. */
  @Test
  void bootstrapMakesOneKeyAndWhatFluxFollows() throws Exception {
    defineFlux();
    plainContext();

    JsonNode first = hooks.run("", "bootstrap", STAGING).json();
    JsonNode second = hooks.run("", "bootstrap", STAGING).json();
    api.faults().fail(50, 403, call -> call.resource().equals("secrets"));
    Result third = hooks.run("", "bootstrap", STAGING);

    assertThat(first.get("deploy_key").asText()).startsWith("ssh-ed25519 AAAA key-");
    assertThat(second).isEqualTo(first);
    assertThat(third.status()).isEqualTo(1);
    assertThat(third.err()).contains("whether it has secret macpool-deploy-key is unknown");
    assertThat(hooks.calls()).filteredOn(call -> call.contains("create secret git")).hasSize(1);
    assertThat(object("namespaces", "", STAGING)).isPresent();
    assertThat(object("gitrepositories.source.toolkit.fluxcd.io", STAGING, "macpool"))
        .hasValueSatisfying(
            source -> assertThat(source.at("/spec/ref/branch").asText()).isEqualTo("staging"));
    assertThat(object("kustomizations.kustomize.toolkit.fluxcd.io", STAGING, STAGING)).isPresent();
  }

  @Test
  void bootstrapWithoutAContextSaysWhatToRun() throws Exception {
    Result result = hooks.run("", "bootstrap", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("run the hook context first");
    assertThat(hooks.calls()).isEmpty();
  }

  @Test
  void preDestroyOfWhatWasNeverMadeIsDone() throws Exception {
    plainContext();

    assertThat(hooks.run("", "pre-destroy", STAGING).json().get("drained").asText())
        .isEqualTo("true");
  }

  @Test
  void preDestroyStopsBrokersOnceNothingRuns() throws Exception {
    makeEnvironment();

    JsonNode answer = hooks.run("", "pre-destroy", STAGING, "--timeout", "20").json();

    assertThat(answer.get("drained").asText()).isEqualTo("true");
    assertThat(replicas("jupiter-brain-com")).isZero();
  }

  /** A refusal to list is not an empty list. */
  @ParameterizedTest
  @ValueSource(strings = {"namespaces", "workerclusters.travisci.com", "deployments.apps"})
  void preDestroyThatCannotAskChangesNoBroker(String resource) throws Exception {
    makeEnvironment();
    api.faults().fail(1000, 403, call -> call.resource().equals(resource));

    Result result = hooks.run("", "pre-destroy", STAGING, "--timeout", "0");

    assertThat(result.status()).as(result.err()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(replicas("jupiter-brain-com")).isEqualTo(2);
  }

  /** As the hook context writes one, but to the API itself. */
  private void plainContext() throws Exception {
    Files.writeString(
        kubeconfig,
        Files.readString(api.kubeconfig())
            .replaceFirst("name: sim, context:", "name: " + STAGING + ", context:"));
  }

  private void makeEnvironment() throws Exception {
    defineFlux();
    plainContext();
    api.load("apiVersion: v1\nkind: Namespace\nmetadata: {name: " + STAGING + "}\n");
    api.load(deployment("jupiter-brain-com", "jupiter-brain", 2));
    api.load(deployment("worker-plain", "macstadium-worker", 0));
  }

  private Result context(Certificates authority, Certificates client, String host)
      throws Exception {
    return hooks.run(
        outputs(host, authority.authority(), base64(base64(client.client())), client.clientKey()),
        "context",
        STAGING);
  }

  private static String outputs(String host, String authority, String client, String key) {
    ObjectNode outputs = JsonNodeFactory.instance.objectNode();
    outputs.putObject("cluster_host").put("value", host);
    outputs.putObject("cluster_ca_certificate").put("value", authority);
    outputs.putObject("client_certificate").put("value", client);
    outputs.putObject("client_key").put("value", key);
    return outputs.toString();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What the flux command's install brings, and the operator's chart. */
  private void defineFlux() throws Exception {
    for (String kind : FLUX_KINDS.split(" ", -1)) {
      String name = kind.substring(0, kind.indexOf('.'));
      String group = kind.substring(kind.indexOf('.') + 1);
      String plural = name.toLowerCase(Locale.ROOT).replaceFirst("y$", "ie") + "s";
      api.load(
          """
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata: {name: %s.%s}
          spec:
            group: %s
            scope: Namespaced
            names: {kind: %s, plural: %s}
            versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
          """
              .formatted(plural, group, group, name, plural));
    }
    api.load(
        Files.readString(
            RepositoryTree.root()
                .resolve("charts/worker-operator/crds/workerclusters.travisci.com.yaml")));
  }

  private static String deployment(String name, String of, int replicas) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %s, namespace: %s, labels: {app.kubernetes.io/name: %s}}
    spec:
      replicas: %d
      selector: {matchLabels: {name: %s}}
      template:
        metadata: {labels: {name: %s}}
        spec: {containers: [{name: a, image: a}]}
    """
        .formatted(name, STAGING, of, replicas, name, name);
  }

  private int replicas(String name) {
    return object("deployments.apps", STAGING, name)
        .map(found -> found.at("/spec/replicas").asInt(-1))
        .orElse(-1);
  }

  private Optional<JsonNode> object(String resource, String namespace, String name) {
    return api.object(resource, namespace, name);
  }

  private String kubectl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(kubectl, "--kubeconfig", kubeconfig.toString()));
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(out)).isZero();
    return Files.readString(out);
  }
}
