package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An environment emptied by the hook, the real kubectl and the operator: no job is killed. */
abstract class PreDestroyContract {

  private static final String BROKER =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: jupiter-brain-com, labels: {app.kubernetes.io/name: jupiter-brain}}
      spec:
        replicas: 1
        selector: {matchLabels: {name: jupiter-brain-com}}
        template:
          metadata: {labels: {name: jupiter-brain-com}}
          spec:
            containers: [{name: broker, image: broker, env: [{name: CLUSTER, value: none}]}]
      """;
  private static final long LIMIT_SECONDS = 120;

  @TempDir private Path scratch;

  private OperatorBench bench;

  /** An API and the operator to start on it. */
  abstract OperatorBench bench();

  @BeforeEach
  void start() throws Exception {
    bench = bench();
    Kubectl kubectl = Kubectl.of(bench.cluster);
    bench.start();
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(cluster("wc", 4, 2, ""));
    bench.apply(BROKER);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(4));
    contextNamedAfterTheEnvironment(kubectl);
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private void contextNamedAfterTheEnvironment(Kubectl kubectl) throws Exception {
    Files.writeString(
        scratch.resolve("kubeconfig"), kubectl.run("config", "view", "--raw", "--flatten").text());
    Files.writeString(scratch.resolve("flux"), "#!/bin/sh\nexit 0\n");
    Files.setPosixFilePermissions(
        scratch.resolve("flux"), PosixFilePermissions.fromString("rwxr-xr-x"));
    String context = kubectl.run("config", "current-context").text().strip();
    Process renamed =
        new ProcessBuilder(
                Peer.KUBECTL.location().orElseThrow(),
                "--kubeconfig",
                scratch.resolve("kubeconfig").toString(),
                "config",
                "rename-context",
                context,
                bench.namespace)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(renamed.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(renamed.exitValue()).isZero();
  }

  private Process preDestroy(String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of("..", "terraform-hooks", "pre-destroy").toAbsolutePath().toString());
    command.add(bench.namespace);
    command.addAll(List.of(more));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(scratch.resolve("told").toFile())
            .redirectOutput(scratch.resolve("answer").toFile());
    Path kubectl = Path.of(Peer.KUBECTL.location().orElseThrow());
    builder
        .environment()
        .put("PATH", scratch + ":" + kubectl.getParent() + ":" + System.getenv("PATH"));
    builder.environment().put("KUBECONFIG", scratch.resolve("kubeconfig").toString());
    builder.environment().put("PRE_DESTROY_INTERVAL", "0.2");
    return builder.start();
  }

  private String told() throws IOException {
    return Files.readString(scratch.resolve("told"));
  }

  private int end(Process hook) throws Exception {
    assertThat(hook.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as(told()).isTrue();
    return hook.exitValue();
  }

  private int brokers() {
    Deployment broker =
        bench
            .client
            .apps()
            .deployments()
            .inNamespace(bench.namespace)
            .withName("jupiter-brain-com")
            .get();
    return broker.getSpec().getReplicas();
  }

  @Test
  void waitsForTheLastJobThenStopsTheBrokers() throws Exception {
    Process hook = preDestroy();
    try {
      eventually(() -> assertThat(told()).contains("4 processors may still have a job, 4 jobs"));
      bench.workers.of("wc").get(0).finishJob();
      eventually(() -> assertThat(told()).contains("3 processors may still have a job, 3 jobs"));
      assertThat(brokers()).isEqualTo(1);
      bench.workers.of("wc").forEach(FakeWorker::finishAllJobs);
      assertThat(end(hook)).as(told()).isZero();
      assertThat(Files.readString(scratch.resolve("answer")))
          .contains("\"running_jobs\": \"0\"", "\"drained\": \"true\"");
      assertThat(brokers()).isZero();
    } finally {
      hook.destroyForcibly();
    }
  }

  @Test
  void takesAnUnreachablePodForNoEmptyOne() throws Exception {
    FakeWorker lost = bench.workers.of("wc").get(0);
    lost.vanish();
    bench.restart(); // so that nobody remembers what it ran
    bench.workers.of("wc").stream().filter(w -> w != lost).forEach(FakeWorker::finishAllJobs);
    eventually(
        () ->
            assertThat(bench.status("wc").conditions)
                .anyMatch(condition -> condition.getReason().equals("WorkersUnreachable")));
    Process hook = preDestroy("--timeout", "6");
    try {
      bench.workers.of("wc").stream().filter(w -> w != lost).forEach(FakeWorker::finishAllJobs);
      assertThat(end(hook)).as(told()).isEqualTo(1);
      assertThat(told())
          .contains("wc: 1 pod can't be asked")
          .contains(lost.pod())
          .contains("run this again to go on waiting");
      assertThat(brokers()).isEqualTo(1);
    } finally {
      hook.destroyForcibly();
    }
  }
}
