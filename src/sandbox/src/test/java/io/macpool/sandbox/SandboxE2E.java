package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a person runs it: a process of its own, seen from outside. */
class SandboxE2E {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path temporary;
  @TempDir private Path work;
  private final List<Process> processes = new ArrayList<>();

  private Process sandbox(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.macpool.sandbox.Main");
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("out").toFile())
            .start();
    processes.add(process);
    return process;
  }

  private String output() throws IOException {
    return Files.readString(work.resolve("out"));
  }

  private int exitStatus(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("the sandbox ends within %s", PATIENCE)
        .isTrue();
    return process.exitValue();
  }

  private void nothingIsLeftBehind() throws IOException {
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("macpool")))
          .isEmpty();
    }
  }

  @AfterEach
  void endProcesses() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void everySampleJobEndsAsItShouldAndNothingIsLost() throws Exception {
    Process sandbox = sandbox("--jobs", "10", "--hosts", "2");

    assertThat(exitStatus(sandbox)).as(output()).isZero();
    assertThat(output().lines().reduce((earlier, later) -> later))
        .hasValueSatisfying(
            line ->
                assertThat(line)
                    .startsWith(
                        "jobs: 10 published, 7 passed, 2 failed, 1 errored, 0 lost"
                            + " | instances: 10 created, 10 destroyed, 0 leaked | peak: ")
                    .endsWith("of 4 processors"));
    nothingIsLeftBehind();
  }

  @Test
  void aPayloadThatIsNotJsonIsReportedAndTheRestRuns() throws Exception {
    Path bad = Files.writeString(work.resolve("bad.json"), "{\"config\": oops");
    Path good =
        Files.writeString(
            work.resolve("good.json"),
            "{\"config\":{\"script\":\"exit 1\"},\"sandbox\":{\"expect\":\"failed\"}}");

    Process sandbox = sandbox("--payload", bad.toString(), good.toString());

    assertThat(exitStatus(sandbox)).isEqualTo(1);
    assertThat(output())
        .contains("bad.json is not JSON (line 1)")
        .contains("jobs: 1 published, 0 passed, 1 failed, 0 errored, 0 lost");
  }

  @Test
  void aJobThatEndsOtherwiseThanItsSampleSaysIsToldAndFailsTheRun() throws Exception {
    Path wrong =
        Files.writeString(
            work.resolve("wrong.json"),
            "{\"config\":{\"script\":\"true\"},\"sandbox\":{\"expect\":\"failed\"}}");

    Process sandbox = sandbox("--payload", wrong.toString());

    assertThat(exitStatus(sandbox)).isEqualTo(1);
    assertThat(output()).contains("(wrong.json) ended passed instead of failed");
  }

  @Test
  void withoutJobsItStaysUpSaysWhereEverythingIsAndASignalEndsItCleanly() throws Exception {
    Path info = work.resolve("info.json");
    Process sandbox = sandbox("--info", info.toString());
    await().atMost(PATIENCE).until(() -> Files.exists(info) && output().contains("Ctrl-C"));

    JsonNode told = new ObjectMapper().readTree(info.toFile());
    assertThat(told.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "brokerUrl",
            "brokerToken",
            "amqpUri",
            "vsphereUrl",
            "vsphereBasePath",
            "vsphereVmPath",
            "vsphereClusterPath",
            "kubeconfig",
            "sshKeyPath",
            "buildApiUri",
            "queue",
            "adminUrls");
    assertThat(Path.of(told.get("kubeconfig").asText())).exists();
    List<ProcessHandle> children = sandbox.descendants().toList();
    sandbox.destroy();

    assertThat(exitStatus(sandbox)).isEqualTo(143); // 128 + SIGTERM, as a shell reports it
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    nothingIsLeftBehind();
  }

  @Test
  void unusableOptionsAreRefusedBeforeAnythingStarts() throws Exception {
    Process sandbox = sandbox("--hosts", "0");

    assertThat(exitStatus(sandbox)).isEqualTo(2);
    assertThat(output()).contains("--hosts 0: must be at least 1");
  }
}
