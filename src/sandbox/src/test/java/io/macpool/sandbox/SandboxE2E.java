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
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    Map<String, String> before = readiness(told);
    try (SandboxProcess second = secondConsole(told);
        PoolLooks looks =
            new PoolLooks(told.get("brokerUrl").asText(), told.get("brokerToken").asText())) {
      SandboxProcess submit = submit(info, 8, 4);
      await("jobs run").atMost(SandboxProcess.PATIENCE).until(() -> looks.instances() > 2);
      second.kill();
      assertThat(submit.exitStatus()).as(submit.output()).isZero();
      assertThat(submit.output()).containsPattern("(?m)^done 7$");
      assertThat(submit.lastLine()).endsWith(" failed -----");
      assertThat(readiness(told))
          .as("a console that is killed is missed by nobody")
          .isEqualTo(before);
      assertThatTheConsoleCountedTheSame(told, looks);
    }
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

  /** One beside the sandbox's own, in a process that can be killed. */
  private SandboxProcess secondConsole(JsonNode told) throws Exception {
    SandboxProcess console =
        SandboxProcess.start(
            io.macpool.console.Main.class,
            work.resolve("console"),
            temporary,
            List.of(
                "--addr=127.0.0.1:0",
                "--admin-addr=127.0.0.1:0",
                "--broker-url=" + withToken(told),
                "--token=" + told.get("brokerToken").asText(),
                "--amqp-uri=" + told.get("amqpUri").asText(),
                "--history-file=" + work.resolve("second-history")));
    processes.add(console);
    await("it hears the workers")
        .atMost(SandboxProcess.PATIENCE)
        .until(() -> console.output().contains("jobs are heard on exchange"));
    return console;
  }

  private static String withToken(JsonNode told) {
    return told.get("brokerUrl")
        .asText()
        .replace("://", "://" + told.get("brokerToken").asText() + "@");
  }

  /** Jobs that pass, and after them some that fail. */
  private SandboxProcess submit(Path info, int passing, int failing) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("submit", "--info", info.toString()));
    for (int i = 0; i < passing + failing; i++) {
      String script = "sleep 1; echo done " + i + "; exit " + (i < passing ? 0 : 1);
      String payload =
          "{\"config\":{\"script\":\"%s\"},\"sandbox\":{\"expect\":\"%s\"}}"
              .formatted(script, i < passing ? "passed" : "failed");
      arguments.add(Files.writeString(work.resolve("job-" + i + ".json"), payload).toString());
    }
    SandboxProcess submit =
        SandboxProcess.start(Main.class, work.resolve("submitted"), temporary, arguments);
    processes.add(submit);
    return submit;
  }

  /** Whether each service is ready, and what it warns of. */
  private static Map<String, String> readiness(JsonNode told) throws Exception {
    Map<String, String> ready = new TreeMap<>();
    for (Map.Entry<String, JsonNode> service : told.get("adminUrls").properties()) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(service.getValue().asText() + "/health/ready"))
                      .timeout(SandboxProcess.PATIENCE)
                      .build(),
                  BodyHandlers.ofString());
      JsonNode body = new ObjectMapper().readTree(answer.body());
      ready.put(service.getKey(), answer.statusCode() + " " + body.path("warnings").properties());
    }
    return ready;
  }

  /**
   * What the console reports is what was counted beside it: jobs by outcome to the job, VMs at once
   * to the VM, slot time to what can lie between two looks at the broker.
   */
  private static void assertThatTheConsoleCountedTheSame(JsonNode told, PoolLooks looks) {
    await("the report counts the jobs and their slot time")
        .atMost(SandboxProcess.PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode report = new ObjectMapper().readTree(console(told, "/reports.json?last=1h"));
              JsonNode queue = report.path("queues").path(0);
              assertThat(queue.path("queue").asText()).isEqualTo(told.get("queue").asText());
              assertThat(queue.path("outcomes").toString())
                  .isEqualTo("{\"failed\":4,\"passed\":8}");
              assertThat(queue.path("waitSeconds").path("jobs").asInt()).isEqualTo(12);
              assertThat(looks.failures()).isZero();
              assertThat(looks.instances()).isEqualTo(12);
              Map<String, Integer> most = new TreeMap<>();
              double slotHours = 0;
              for (JsonNode host : report.path("hosts")) {
                if (host.path("mostAtOnce").asInt() > 0) {
                  most.put(host.path("host").asText(), host.path("mostAtOnce").asInt());
                }
                for (JsonNode part : host.path("slotHours")) {
                  slotHours += part.asDouble();
                }
              }
              assertThat(most).as("most at once").isEqualTo(new TreeMap<>(looks.mostByHost()));
              double whole = 0;
              for (JsonNode part : report.path("slotHours")) {
                whole += part.asDouble();
              }
              assertThat(whole).as("hosts add up to the pool").isCloseTo(slotHours, within(1e-6));
              double charged = report.path("slotHours").path("unrecorded").asDouble();
              Map<String, Double> own = new TreeMap<>();
              for (JsonNode owner : report.path("owners")) {
                charged += owner.path("own").asDouble() + owner.path("shared").asDouble();
                if (owner.path("own").asDouble() > 0) {
                  own.put(owner.path("owner").asText(), owner.path("own").asDouble() * 3600);
                }
              }
              assertThat(charged).as("owners add up to the pool").isCloseTo(whole, within(1e-6));
              Map<String, Duration> held = looks.heldByOwner();
              assertThat(own).containsOnlyKeys(held.keySet());
              double between =
                  looks.instances() * (2 * looks.longestPause().toMillis() + 300) / 1000.0;
              held.forEach(
                  (owner, time) ->
                      assertThat(own.get(owner))
                          .as("slot seconds of %s", owner)
                          .isCloseTo(time.toMillis() / 1000.0, within(between)));
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
