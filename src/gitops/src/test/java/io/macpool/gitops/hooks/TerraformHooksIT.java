package io.macpool.gitops.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.hooks.HookRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The hooks against programs that only write down how they were called. */
class TerraformHooksIT {

  private static final String STAGING = "macstadium-staging";
  private static final String OUTPUTS =
      """
      {"cluster_host": {"value": "10.0.0.1:6443"},
       "cluster_ca_certificate": {"value": "-----BEGIN CERTIFICATE-----\\nca\\n-----END CERTIFICATE-----"},
       "client_certificate": {"value": "Y2VydA=="},
       "client_key": {"sensitive": true, "value": "a2V5"}}
      """;

  @TempDir private Path fake;
  @TempDir private Path other;

  private HookRun hooks;

  @BeforeEach
  void makeFakes() throws IOException {
    hooks = new HookRun(fake);
  }

  private static JsonNode json(Result result) throws IOException {
    assertThat(result.status()).as(result.err()).isZero();
    JsonNode answer = new ObjectMapper().readTree(result.out());
    assertThat(answer).as("Terraform takes strings only").allMatch(JsonNode::isTextual);
    return answer;
  }

  private static String cluster(String name, int maxJobs, String running, int observed) {
    return """
        {"metadata": {"name": "%s", "generation": 2}, "spec": {"maxJobs": %d},
         "status": {"runningJobs": %s, "observedGeneration": %d}}"""
        .formatted(name, maxJobs, running, observed);
  }

  private static String list(String... items) {
    return "{\"items\": [" + String.join(",", items) + "]}";
  }

  @Test
  void contextWritesClusterUserAndContext() throws Exception {
    JsonNode answer = json(hooks.run(OUTPUTS, "context", STAGING));

    assertThat(answer.get("context").asText()).isEqualTo(STAGING);
    assertThat(hooks.calls())
        .hasSize(3)
        .anyMatch(call -> call.contains("set-cluster " + STAGING + " --server=https://10.0.0.1"))
        .anyMatch(call -> call.contains("set-credentials " + STAGING))
        .anyMatch(
            call ->
                call.contains("set-context " + STAGING) && call.contains("--namespace=" + STAGING));
    assertThat(hooks.content("certificates")).contains("BEGIN CERTIFICATE", "cert", "key");
  }

  @Test
  void contextNeverPrintsTheKey() throws Exception {
    Result result = hooks.run(OUTPUTS, "context", STAGING);

    assertThat(result.out() + result.err()).doesNotContain("a2V5", "key\n");
    assertThat(String.join("\n", hooks.calls())).doesNotContain("a2V5");
  }

  @Test
  void contextTellsAMissingOutput() throws Exception {
    Result result = hooks.run("{\"cluster_host\": \"h\"}", "context", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("no cluster_ca_certificate");
    assertThat(hooks.calls()).isEmpty();
  }

  @Test
  void contextRefusesWhatIsNoCertificate() throws Exception {
    Result result = hooks.run(OUTPUTS.replace("Y2VydA==", "%%%"), "context", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("client_certificate is neither PEM nor base64");
  }

  @Test
  void contextDryRunTouchesNothing() throws Exception {
    json(hooks.run(OUTPUTS, "context", STAGING, "--dry-run"));

    assertThat(hooks.calls()).isEmpty();
  }

  @Test
  void bootstrapInstallsFluxAndTellsTheKey() throws Exception {
    hooks.given("context", "");

    JsonNode answer = json(hooks.run("", "bootstrap", STAGING));

    assertThat(answer.get("deploy_key").asText()).isEqualTo("ssh-ed25519 AAAA flux");
    assertThat(answer.get("branch").asText()).isEqualTo("staging");
    assertThat(hooks.calls())
        .anyMatch(call -> call.startsWith("flux --context " + STAGING + " install"))
        .anyMatch(call -> call.contains("create secret git macpool-deploy-key --url=ssh://"))
        .anyMatch(call -> call.contains("create namespace " + STAGING))
        .anyMatch(call -> call.contains("apply --filename") && call.endsWith("environment.yaml"));
  }

  @Test
  void bootstrapTwiceMakesOneKey() throws Exception {
    hooks.given("context", "");
    json(hooks.run("", "bootstrap", STAGING));
    json(hooks.run("", "bootstrap", STAGING));

    assertThat(hooks.calls()).filteredOn(call -> call.contains("create secret git")).hasSize(1);
    assertThat(hooks.calls()).filteredOn(call -> call.contains("create namespace")).hasSize(1);
  }

  @Test
  void bootstrapWithoutAContextSaysWhatToRun() throws Exception {
    Result result = hooks.run("", "bootstrap", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("run the hook context first");
  }

  @Test
  void bootstrapDryRunOnlyLooks() throws Exception {
    hooks.given("context", "");
    json(hooks.run("", "bootstrap", STAGING, "--dry-run"));

    assertThat(hooks.calls()).noneMatch(call -> call.matches(".*(install|create|apply).*"));
  }

  @Test
  void releaseDirAgreesWithTheGraph() throws Exception {
    JsonNode answer =
        json(
            hooks.run(
                "{\"environment\": \"" + STAGING + "\", \"graph\": \"" + STAGING + "\"}",
                "release-dir"));

    assertThat(answer.get("path").asText()).isEqualTo("releases/" + STAGING);
    assertThat(answer.get("releases").asText()).isEqualTo("5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"environment\": \"macstadium-staging\", \"graph\": \"macstadium-prod-1\"}",
        "{\"environment\": \"macstadium-prod-9\"}",
        "{\"environment\": \"../../etc\"}",
        "{\"environment\": \"\"}",
        "[]",
        "not json",
      })
  void releaseDirRefuses(String query) throws Exception {
    Result result = hooks.run(query, "release-dir");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("release-dir: ");
  }

  @Test
  void releaseDirTellsAForeignNamespace() throws Exception {
    RepositoryTree.copyTo(other);
    Path file = other.resolve("releases/" + STAGING + "/worker-com.yaml");
    Files.writeString(
        file, Files.readString(file).replace("namespace: " + STAGING, "namespace: other"));

    Result result =
        hooks.inTree(other).run("{\"environment\": \"" + STAGING + "\"}", "release-dir");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("worker-com.yaml is of the namespace other");
  }

  @Test
  void capacityComparesHostsAndPool() throws Exception {
    JsonNode answer =
        json(
            hooks.run(
                "{\"environment\": \"macstadium-prod-1\", \"pool\": \"macs-com\", \"hosts\": \"151\"}",
                "capacity"));

    assertThat(answer.get("slots").asText()).isEqualTo("302");
    assertThat(answer.get("pool_slots").asText()).isEqualTo("300");
    assertThat(answer.get("reserve").asText()).isEqualTo("20");
    assertThat(answer.get("spare").asText()).isEqualTo("2");
  }

  @Test
  void capacityOfAllPoolsIsTheirSum() throws Exception {
    JsonNode answer =
        json(hooks.run("{\"environment\": \"macstadium-prod-1\", \"hosts\": \"336\"}", "capacity"));

    assertThat(answer.get("pool_slots").asText()).isEqualTo("672");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"environment\": \"macstadium-prod-1\", \"pool\": \"macs-com\", \"hosts\": \"149\"}",
        "{\"environment\": \"macstadium-prod-1\", \"pool\": \"macs-con\", \"hosts\": \"150\"}",
        "{\"environment\": \"macstadium-prod-1\", \"hosts\": \"many\"}",
        "{\"environment\": \"macstadium-prod-1\", \"hosts\": \"-1\"}",
        "{\"environment\": \"nowhere\", \"hosts\": \"1\"}",
      })
  void capacityRefuses(String query) throws Exception {
    Result result = hooks.run(query, "capacity");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void preDestroyDrainsThenCordons() throws Exception {
    hooks
        .given("context", "")
        .given("namespace", "")
        .given("clusters-1", list(cluster("worker-com", 8, "3", 2)))
        .given("clusters-2", list(cluster("worker-com", 0, "3", 1)))
        .given("clusters-3", list(cluster("worker-com", 0, "1", 2)))
        .given("clusters", list(cluster("worker-com", 0, "0", 2)))
        .given(
            "deployments",
            "{\"items\": [{\"metadata\": {\"name\": \"jupiter-brain-com\"}, \"spec\": {\"replicas\": 2}}]}");

    Result result = hooks.run("", "pre-destroy", STAGING);
    JsonNode answer = json(result);

    assertThat(answer.get("drained").asText()).isEqualTo("true");
    assertThat(result.err()).contains("unknown jobs run", "1 jobs run");
    List<String> calls = hooks.calls();
    int suspended = indexOf(calls, "suspend kustomization");
    int patched = indexOf(calls, "patch workercluster worker-com");
    int scaled = indexOf(calls, "scale deployment jupiter-brain-com --replicas=0");
    assertThat(suspended).isLessThan(patched);
    assertThat(patched).isLessThan(scaled);
  }

  @Test
  void preDestroyRefusesWhileJobsRun() throws Exception {
    hooks
        .given("context", "")
        .given("namespace", "")
        .given("clusters", list(cluster("worker-com", 0, "3", 2)))
        .given("deployments", list());

    Result result = hooks.run("", "pre-destroy", STAGING, "--timeout", "0");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("3 jobs still run");
    assertThat(hooks.calls()).noneMatch(call -> call.contains("scale deployment"));
  }

  static List<String> unknownCounts() {
    return List.of(
        cluster("worker-com", 0, "null", 2),
        cluster("worker-com", 0, "0", 1),
        cluster("worker-com", 0, "0", 2).replace(", \"observedGeneration\": 2", ""));
  }

  @ParameterizedTest
  @MethodSource("unknownCounts")
  void preDestroyTakesAnUnknownCountForNoZero(String cluster) throws Exception {
    hooks
        .given("context", "")
        .given("namespace", "")
        .given("clusters", list(cluster))
        .given("deployments", list());

    Result result = hooks.run("", "pre-destroy", STAGING, "--timeout", "0");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("unknown jobs still run");
  }

  @Test
  void preDestroyGoesAheadWhenForced() throws Exception {
    hooks
        .given("context", "")
        .given("namespace", "")
        .given("clusters", list(cluster("worker-com", 0, "3", 2)))
        .given("deployments", list());

    JsonNode answer = json(hooks.run("", "pre-destroy", STAGING, "--timeout", "0", "--force"));

    assertThat(answer.get("running_jobs").asText()).isEqualTo("3");
    assertThat(answer.get("drained").asText()).isEqualTo("false");
  }

  @Test
  void preDestroyDryRunChangesNothing() throws Exception {
    hooks
        .given("context", "")
        .given("namespace", "")
        .given("clusters", list(cluster("worker-com", 8, "3", 2)))
        .given("deployments", list());

    Result result = hooks.run("", "pre-destroy", STAGING, "--dry-run");

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).contains("would run: kubectl", "patch workercluster worker-com");
    assertThat(hooks.calls()).noneMatch(call -> call.matches(".*(patch|scale|suspend).*"));
  }

  @Test
  void preDestroyOfAnEmptyClusterIsDone() throws Exception {
    hooks.given("context", "").given("answers", "");

    assertThat(json(hooks.run("", "pre-destroy", STAGING)).get("drained").asText())
        .isEqualTo("true");
  }

  @Test
  void preDestroyOfAClusterThatDoesNotAnswerIsRefused() throws Exception {
    hooks.given("context", "");

    Result result = hooks.run("", "pre-destroy", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("does not answer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"context", "bootstrap", "release-dir", "pre-destroy", "capacity"})
  void aMissingProgramIsTold(String hook) throws Exception {
    hooks.withOnly(List.of("bash", "env", "dirname", "cat", "sed", "head"), other);
    String[] arguments =
        hook.matches("release-dir|capacity") ? new String[0] : new String[] {STAGING};

    Result result = hooks.run("{}", hook, arguments);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("needs the program jq");
  }

  @ParameterizedTest
  @ValueSource(strings = {"context", "bootstrap", "release-dir", "pre-destroy", "capacity"})
  void helpSaysHowToUseIt(String hook) throws Exception {
    Result result = hooks.run("", hook, "--help");

    assertThat(result.status()).isZero();
    assertThat(result.out()).contains("Usage:").doesNotContain("set -euo");
  }

  @Test
  void shellcheckFindsNothing() throws Exception {
    Path hooksDirectory = RepositoryTree.root().resolve("terraform-hooks");
    try (Stream<Path> files = Files.walk(hooksDirectory)) {
      List<String> scripts =
          Stream.concat(
                  files.filter(
                      file ->
                          Files.isRegularFile(file)
                              && (Files.isExecutable(file) || file.toString().endsWith(".sh"))),
                  Stream.of(RepositoryTree.root().resolve("releases/check")))
              .map(Path::toString)
              .toList();
      Shellcheck.assertClean(hooksDirectory, scripts);
    }
  }

  private static int indexOf(List<String> calls, String part) {
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).contains(part)) {
        return i;
      }
    }
    throw new AssertionError(part + " is in none of " + calls);
  }
}
