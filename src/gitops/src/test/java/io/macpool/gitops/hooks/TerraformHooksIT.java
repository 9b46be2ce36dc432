package io.macpool.gitops.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.hooks.HookRun.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hooks against programs that only write down how they were called. */
class TerraformHooksIT {

  private static final String STAGING = "macstadium-staging";
  @TempDir private static Path keys;

  private static String certificate;
  private static String key;

  @TempDir private Path fake;
  @TempDir private Path other;

  private HookRun hooks;

  @BeforeAll
  static void makeCertificate() throws Exception {
    Process process =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=test",
                "-keyout",
                "key.pem",
                "-out",
                "certificate.pem")
            .directory(keys.toFile())
            .redirectErrorStream(true)
            .redirectOutput(keys.resolve("log").toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    certificate = Files.readString(keys.resolve("certificate.pem"));
    key = Files.readString(keys.resolve("key.pem"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The graph's outputs: one certificate as PEM, the others as its base64. */
  private static String outputs(String host, String clientCertificate, String clientKey) {
    return JsonNodeFactory.instance
        .objectNode()
        .<ObjectNode>set("cluster_host", value(host))
        .<ObjectNode>set("cluster_ca_certificate", value(certificate))
        .<ObjectNode>set("client_certificate", value(clientCertificate))
        .<ObjectNode>set("client_key", value(clientKey))
        .toString();
  }

  private static JsonNode value(String text) {
    return JsonNodeFactory.instance.objectNode().put("value", text);
  }

  private static String outputs() {
    return outputs("10.0.0.1:6443", base64(certificate), base64(key));
  }

  @BeforeEach
  void makeFakes() throws IOException {
    hooks = new HookRun(fake);
  }

  @Test
  void contextWritesClusterUserAndContextOnceTheApiHasAnswered() throws Exception {
    JsonNode answer = hooks.run(outputs(), "context", STAGING).json();

    assertThat(answer.get("context").asText()).isEqualTo(STAGING);
    List<String> calls = hooks.calls();
    assertThat(calls).hasSize(7);
    assertThat(calls.subList(0, 4)).allMatch(call -> call.contains("--kubeconfig"));
    assertThat(calls.get(3)).contains("get --raw /version");
    assertThat(calls.subList(4, 7))
        .noneMatch(call -> call.contains("--kubeconfig"))
        .anyMatch(call -> call.contains("set-cluster " + STAGING + " --server=https://10.0.0.1"))
        .anyMatch(call -> call.contains("set-credentials " + STAGING))
        .anyMatch(
            call ->
                call.contains("set-context " + STAGING) && call.contains("--namespace=" + STAGING));
    assertThat(hooks.content("certificates")).contains("BEGIN CERTIFICATE", "PRIVATE KEY");
  }

  @Test
  void contextKeepsTheOldOneUntilTheApiAnswers() throws Exception {
    hooks.given("silent", "");

    Result result = hooks.run(outputs(), "context", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("does not answer", "connection refused");
    assertThat(hooks.calls()).allMatch(call -> call.contains("--kubeconfig"));
  }

  @Test
  void contextNeverPrintsTheKey() throws Exception {
    Result result = hooks.run(outputs(), "context", STAGING);

    String line = key.lines().skip(1).findFirst().orElseThrow();
    assertThat(result.out() + result.err()).doesNotContain(line, base64(key));
    assertThat(String.join("\n", hooks.calls())).doesNotContain(line, base64(key));
  }

  @Test
  void contextTellsAMissingOutput() throws Exception {
    Result result = hooks.run("{\"cluster_host\": \"h\"}", "context", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("no cluster_ca_certificate");
    assertThat(hooks.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "%%%", "null", "-----BEGIN CERTIFICATE-----\nxx\n"})
  void contextRefusesWhatIsNoCertificate(String text) throws Exception {
    Result result = hooks.run(outputs("h", text, base64(key)), "context", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("certificate");
    assertThat(hooks.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://h:6443", "ftp://h", "h h", "none or so", "https://"})
  void contextRefusesWhatIsNoHttpsHost(String host) throws Exception {
    Result result = hooks.run(outputs(host, certificate, key), "context", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("cluster_host is \"", host);
    assertThat(hooks.calls()).isEmpty();
  }

  @Test
  void contextOpensWhatWasEncodedTwiceAndSaysSo() throws Exception {
    Result result = hooks.run(outputs("h", base64(base64(certificate)), key), "context", STAGING);

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).contains("client_certificate is encoded twice");
    assertThat(hooks.content("certificates")).doesNotContain(base64(certificate));
  }

  @Test
  void contextRefusesTheKeyOfAnotherCertificate() throws Exception {
    Process process =
        new ProcessBuilder("openssl", "genpkey", "-algorithm", "ed25519", "-out", "other.pem")
            .directory(keys.toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    String foreign = Files.readString(keys.resolve("other.pem"));

    Result result = hooks.run(outputs("h", certificate, foreign), "context", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("not the key of client_certificate");
  }

  @Test
  void contextDryRunTouchesNothing() throws Exception {
    hooks.run(outputs(), "context", STAGING, "--dry-run").json();

    assertThat(hooks.calls()).isEmpty();
  }

  /** The hooks read YAML as the checker does, however a person or an editor wrote it. */
  @ParameterizedTest
  @ValueSource(strings = {"crlf", "quoted", "flow"})
  void hooksReadFilesInEveryForm(String form) throws Exception {
    RepositoryTree.copyTo(other);
    for (Path file :
        List.of(
            other.resolve("releases/macstadium-prod-1/hardware/pools.yaml"),
            other.resolve("releases/macstadium-prod-1/worker-com.yaml"))) {
      String text = Files.readString(file);
      Files.writeString(
          file,
          switch (form) {
            case "crlf" -> text.replace("\n", "\r\n");
            case "quoted" -> text.replaceAll("(?m)^kind: (\\w+)$", "kind: \"$1\" # a kind");
            default ->
                text.replaceAll(
                    "metadata:\n  name: (\\S+)\n  namespace: (\\S+)\n(?=spec:)",
                    "metadata: {name: $1, namespace: $2}\n");
          });
    }
    String query = "{\"environment\": \"macstadium-prod-1\", \"hosts\": \"1\"}";

    Result capacity = hooks.inTree(other).run(query, "capacity");
    assertThat(capacity.status()).isEqualTo(1);
    assertThat(capacity.err()).contains("promise 672 slots");
    assertThat(hooks.run(query, "release-dir").json().get("releases").asText()).isEqualTo("10");
  }

  @Test
  void bootstrapTakesUrlAndBranchWithoutQuotesAndComments() throws Exception {
    RepositoryTree.copyTo(other);
    Path file = other.resolve("releases/" + STAGING + "/environment.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace(
                "  url: ssh://git@github.com/macpool/macpool.git",
                "  url: \"ssh://git@example.com/a.git\" # ours")
            .replace("    branch: staging", "    branch: 'staging' # the branch"));
    hooks.given("context", "").given("answers", "");

    JsonNode answer = hooks.inTree(other).run("", "bootstrap", STAGING).json();

    assertThat(answer.get("branch").asText()).isEqualTo("staging");
    assertThat(hooks.calls())
        .anyMatch(call -> call.contains("--url=ssh://git@example.com/a.git --ssh"));
  }

  @Test
  void bootstrapInstallsFluxAndTellsTheKey() throws Exception {
    hooks.given("context", "").given("answers", "");

    JsonNode answer = hooks.run("", "bootstrap", STAGING).json();

    assertThat(answer.get("deploy_key").asText()).isEqualTo("ssh-ed25519 AAAA flux");
    assertThat(answer.get("branch").asText()).isEqualTo("staging");
    assertThat(hooks.calls())
        .anyMatch(call -> call.startsWith("flux --context " + STAGING + " install"))
        .anyMatch(call -> call.contains("create secret git macpool-deploy-key --url=ssh://"))
        .anyMatch(call -> call.contains("\"Namespace\"") && call.contains(STAGING))
        .anyMatch(call -> call.contains("apply --filename") && call.endsWith("environment.yaml"));
  }

  @Test
  void bootstrapTwiceMakesOneKey() throws Exception {
    hooks.given("context", "").given("answers", "");
    hooks.run("", "bootstrap", STAGING).json();
    hooks.run("", "bootstrap", STAGING).json();

    assertThat(hooks.calls()).filteredOn(call -> call.contains("create secret git")).hasSize(1);
    assertThat(hooks.calls()).filteredOn(call -> call.contains("\"Namespace\"")).hasSize(1);
  }

  @Test
  void bootstrapWithoutAContextSaysWhatToRun() throws Exception {
    Result result = hooks.run("", "bootstrap", STAGING);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("run the hook context first");
  }

  @Test
  void bootstrapDryRunOnlyLooks() throws Exception {
    hooks.given("context", "").given("answers", "");
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
    assertThat(answer.get("releases").asText()).isEqualTo("7");
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
                "{\"environment\": \"macstadium-prod-1\", \"pool\": \"macs-com\", \"hosts\":"
                    + " \"151\"}",
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
                  Stream.of("releases/check", "releases/gitops")
                      .map(script -> RepositoryTree.root().resolve(script)))
              .map(Path::toString)
              .toList();
      Shellcheck.assertClean(hooksDirectory, scripts);
    }
  }
}
