package io.macpool.gitops.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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

  @Test
  void contextWritesClusterUserAndContext() throws Exception {
    JsonNode answer = hooks.run(OUTPUTS, "context", STAGING).json();

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
    hooks.run(OUTPUTS, "context", STAGING, "--dry-run").json();

    assertThat(hooks.calls()).isEmpty();
  }

  @Test
  void bootstrapInstallsFluxAndTellsTheKey() throws Exception {
    hooks.given("context", "");

    JsonNode answer = hooks.run("", "bootstrap", STAGING).json();

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
    hooks.run("", "bootstrap", STAGING).json();
    hooks.run("", "bootstrap", STAGING).json();

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
    hooks.run("", "bootstrap", STAGING, "--dry-run").json();

    assertThat(hooks.calls()).noneMatch(call -> call.matches(".*(install|create|apply).*"));
  }

  @Test
  void releaseDirAgreesWithTheGraph() throws Exception {
    JsonNode answer =
        hooks
            .run(
                "{\"environment\": \"" + STAGING + "\", \"graph\": \"" + STAGING + "\"}",
                "release-dir")
            .json();

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
        hooks
            .run(
                "{\"environment\": \"macstadium-prod-1\", \"pool\": \"macs-com\", \"hosts\": \"151\"}",
                "capacity")
            .json();

    assertThat(answer.get("slots").asText()).isEqualTo("302");
    assertThat(answer.get("pool_slots").asText()).isEqualTo("300");
    assertThat(answer.get("reserve").asText()).isEqualTo("20");
    assertThat(answer.get("spare").asText()).isEqualTo("2");
  }

  @Test
  void capacityOfAllPoolsIsTheirSum() throws Exception {
    JsonNode answer =
        hooks
            .run("{\"environment\": \"macstadium-prod-1\", \"hosts\": \"336\"}", "capacity")
            .json();

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
}
