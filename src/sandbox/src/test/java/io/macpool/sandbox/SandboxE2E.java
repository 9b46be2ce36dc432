package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.macpool.operator.api.HardwarePool;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class SandboxE2E {

  @TempDir private Path temporary;
  @TempDir private Path work;
  private final List<SandboxProcess> processes = new ArrayList<>();

  private SandboxProcess sandbox(String... arguments) throws IOException {
    SandboxProcess process =
        SandboxProcess.start(Main.class, work.resolve("out"), temporary, List.of(arguments));
    processes.add(process);
    return process;
  }

  @AfterEach
  void endProcesses() {
    processes.forEach(SandboxProcess::close);
  }

  @Test
  void everySampleJobEndsAsItShouldAndNothingIsLost() throws Exception {
    SandboxProcess sandbox = sandbox("--jobs", "10", "--hosts", "2");

    assertThat(sandbox.exitStatus()).as(sandbox.output()).isZero();
    assertThat(sandbox.lastLine())
        .startsWith(
            "jobs: 10 published, 7 passed, 2 failed, 1 errored, 0 lost"
                + " | instances: 10 created, 10 destroyed, 0 leaked | peak: ")
        .endsWith("of 4 processors");
    sandbox.leftNothingBehind();
  }

  @Test
  void jobsRunOnPoolsOfBothKindsByTheImageThatTheyName() throws Exception {
    SandboxProcess sandbox = sandbox("--jobs", "6", "--pools", "intel=vsphere:1,arm=tart:1");

    assertThat(sandbox.exitStatus()).as(sandbox.output()).isZero();
    assertThat(sandbox.lastLine())
        .startsWith("jobs: 6 published, ")
        .contains(", 0 lost", "0 leaked");
    assertThat(sandbox.output()).contains("mac-1");
    sandbox.leftNothingBehind();
  }

  @Test
  void jobsRunOnMacsAloneWithoutAVCenter() throws Exception {
    SandboxProcess sandbox = sandbox("--jobs", "4", "--pools", "arm=tart:2");

    assertThat(sandbox.exitStatus()).as(sandbox.output()).isZero();
    assertThat(sandbox.lastLine())
        .startsWith("jobs: 4 published, ")
        .contains(", 0 lost", "0 leaked");
    sandbox.leftNothingBehind();
  }

  @Test
  void aPoolIsMovedFromVCentersHostsToMacsUnderLoad() throws Exception {
    SandboxProcess sandbox = sandbox("--jobs", "8", "--migrate", "--seed", "3");

    assertThat(sandbox.exitStatus()).as(sandbox.output()).isZero();
    assertThat(sandbox.lastLine())
        .startsWith("jobs: 8 published, ")
        .contains(", 0 lost", "0 leaked");
    assertThat(sandbox.output())
        .contains("migration: 2 hosts of vCenter's drained and empty")
        .containsPattern("mac-[12]");
    sandbox.leftNothingBehind();
  }

  /** Minutes on a busy machine: {@code SANDBOX_CHAOS_HOSTS=1} runs it. */
  @EnabledIfEnvironmentVariable(named = "SANDBOX_CHAOS_HOSTS", matches = "1")
  @Test
  void hostsThatNeedItAreRebootedAndNoJobIsLostForIt() throws Exception {
    SandboxProcess sandbox = sandbox("--jobs", "4", "--hosts", "2", "--chaos", "hosts");

    assertThat(sandbox.exitStatus()).as(sandbox.output()).isZero();
    assertThat(sandbox.output())
        .containsPattern(
            "(?m)^hosts: [1-9][0-9]* repairs begun, [1-9][0-9]* reboots, [1-9][0-9]* taken back,"
                + " at least (50|100) % in service$");
    assertThat(sandbox.lastLine()).contains(" 0 lost").contains(" 0 leaked");
  }

  @Test
  void aPayloadThatIsNotJsonIsReportedAndTheRestRuns() throws Exception {
    Path bad = Files.writeString(work.resolve("bad.json"), "{\"config\": oops");
    Path good =
        Files.writeString(
            work.resolve("good.json"),
            "{\"config\":{\"script\":\"echo $((6*7)) is said; exit 1\"},\"job\":{\"id\":4711},"
                + "\"sandbox\":{\"expect\":\"failed\"}}");

    SandboxProcess sandbox = sandbox("--payload", bad.toString(), good.toString());

    assertThat(sandbox.exitStatus()).isEqualTo(1);
    assertThat(sandbox.output())
        .contains("bad.json is not JSON (line 1)")
        .contains("----- job 4711 (good.json), its log -----")
        .containsPattern("(?m)^42 is said$")
        .contains("jobs: 1 published, 0 passed, 1 failed, 0 errored, 0 lost");
  }

  @Test
  void aJobThatEndsOtherwiseThanItsSampleSaysIsToldAndFailsTheRun() throws Exception {
    Path wrong =
        Files.writeString(
            work.resolve("wrong.json"),
            "{\"config\":{\"script\":\"true\"},\"sandbox\":{\"expect\":\"failed\"}}");

    SandboxProcess sandbox = sandbox("--payload", wrong.toString());

    assertThat(sandbox.exitStatus()).isEqualTo(1);
    assertThat(sandbox.output()).contains("(wrong.json) ended passed instead of failed");
  }

  @Test
  void withoutJobsItStaysUpSaysWhereEverythingIsAndASignalEndsItCleanly() throws Exception {
    Path info = work.resolve("info.json");
    SandboxProcess sandbox = sandbox("--info", info.toString());
    await()
        .atMost(SandboxProcess.PATIENCE)
        .until(() -> Files.exists(info) && sandbox.output().contains("Ctrl-C"));

    JsonNode told = new ObjectMapper().readTree(info.toFile());
    assertThat(told.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "consoleUrl",
            "brokerUrl",
            "brokerToken",
            "amqpUri",
            "vsphereUrl",
            "vsphereBasePath",
            "vsphereVmPath",
            "vsphereClusterPath",
            "kubeconfig",
            "sshKeyPath",
            "sshPort",
            "buildApiUri",
            "queue",
            "image",
            "adminUrls");
    assertThat(told.get("adminUrls").size()).as("broker, operator, workers").isGreaterThan(2);
    try (KubernetesClient kubectl = kubectl(told)) {
      assertThat(kubectl.resources(HardwarePool.class).withName("macs").get()).isNotNull();
      Pod worker = kubectl.pods().list().getItems().get(0);
      assertThat(told.get("adminUrls").has(worker.getMetadata().getName())).isTrue();
      assertThat(kubectl.pods().resource(worker).getLog()).contains(" INFO ");
    }
    Path job =
        Files.writeString(work.resolve("job.json"), "{\"config\":{\"script\":\"echo done\"}}");
    SandboxProcess submit =
        SandboxProcess.start(
            Main.class,
            work.resolve("submitted"),
            temporary,
            List.of("submit", "--info", info.toString(), job.toString()));
    processes.add(submit);
    assertThat(submit.exitStatus()).as(submit.output()).isZero();
    assertThat(submit.output()).containsPattern("(?m)^done$");
    assertThat(submit.lastLine()).endsWith(" passed -----");
    assertThatTheConsoleCountedTheSame(told);
    whatTheReadmeSaysRuns(info);
    List<ProcessHandle> children = sandbox.descendants();
    sandbox.terminate();

    assertThat(sandbox.exitStatus()).isEqualTo(143); // 128 + SIGTERM, as a shell reports it
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    sandbox.leftNothingBehind();
  }

  /** Its three lines from a shell, with the classes of this build instead of the scripts. */
  private void whatTheReadmeSaysRuns(Path info) throws Exception {
    String readme = Files.readString(DocsTest.TOP.resolve("README.md"));
    Matcher lines =
        Pattern.compile(
                "(?m)^\\./sandbox  .*\\n"
                    + "(eval \"\\$\\(\\./sandbox env\\)\")\\n"
                    + "(src/cli/macpool run .*?)  +#")
            .matcher(readme);
    assertThat(lines.find()).isTrue();
    String java =
        "'%s' -cp '%s' "
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"));
    String script =
        lines.group(1).replace("./sandbox env", java + Main.class.getName() + " env --info " + info)
            + "\n"
            + lines.group(2).replace("src/cli/macpool", java + io.macpool.cli.Main.class.getName());
    Path out = work.resolve("shell");
    Process shell =
        new ProcessBuilder("bash", "-euc", script)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(shell.waitFor(SandboxProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      shell.destroyForcibly();
    }
    assertThat(shell.exitValue()).as(Files.readString(out)).isZero();
    assertThat(Files.readString(out)).contains("ProductName:").contains("macOS");
  }

  /** One job was submitted, and passed: the report says the same. */
  private static void assertThatTheConsoleCountedTheSame(JsonNode told) {
    await("the report counts the job and its slot time")
        .atMost(SandboxProcess.PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode report = new ObjectMapper().readTree(console(told, "/reports.json?last=1h"));
              JsonNode queue = report.path("queues").path(0);
              assertThat(queue.path("queue").asText()).isEqualTo(told.get("queue").asText());
              assertThat(queue.path("outcomes").toString()).isEqualTo("{\"passed\":1}");
              assertThat(queue.path("waitSeconds").path("jobs").asInt()).isEqualTo(1);
              assertThat(report.path("slotHours").path("busy").asDouble()).isPositive();
              int most = 0;
              double slotHours = 0;
              for (JsonNode host : report.path("hosts")) {
                most += host.path("mostAtOnce").asInt();
                for (JsonNode part : host.path("slotHours")) {
                  slotHours += part.asDouble();
                }
              }
              double whole = 0;
              for (JsonNode part : report.path("slotHours")) {
                whole += part.asDouble();
              }
              assertThat(most).isPositive();
              assertThat(whole).as("hosts add up to the pool").isCloseTo(slotHours, within(1e-6));
            });
  }

  private static String console(JsonNode told, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(told.get("consoleUrl").asText() + path))
                .timeout(SandboxProcess.PATIENCE)
                .header("Authorization", "Bearer " + told.get("brokerToken").asText())
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  @Test
  void aJobForNoSandboxIsRefused() throws Exception {
    SandboxProcess submit =
        sandbox("submit", "--info", work.resolve("none").toString(), "job.json");

    assertThat(submit.exitStatus()).isEqualTo(2);
    assertThat(submit.output()).contains("no sandbox is up").contains("start one by ./sandbox");
  }

  @Test
  void aFileThatNoSandboxWroteIsRefusedInPlainWords() throws Exception {
    Path other = Files.writeString(work.resolve("other.json"), "{oops");

    SandboxProcess env = sandbox("env", "--info", other.toString());

    assertThat(env.exitStatus()).isEqualTo(1);
    assertThat(env.output()).contains("other.json is not what a sandbox of this version writes");
    assertThat(env.output()).doesNotContain("Unexpected character");
  }

  private static KubernetesClient kubectl(JsonNode told) {
    Config config = Config.fromKubeconfig(Path.of(told.get("kubeconfig").asText()).toFile());
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  @Test
  void unusableOptionsAreRefusedBeforeAnythingStarts() throws Exception {
    SandboxProcess sandbox = sandbox("--hosts", "0");

    assertThat(sandbox.exitStatus()).isEqualTo(2);
    assertThat(sandbox.output()).contains("--hosts 0: must be at least 1");
  }
}
