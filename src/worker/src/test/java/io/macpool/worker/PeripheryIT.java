package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.JobRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What some installations have around their workers, and most have not. */
@Execution(ExecutionMode.CONCURRENT)
class PeripheryIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void hooksRunWhenTheWorkerStartsAndWhenItHasStopped() {
    Path begun = stage.directory.resolve("begun");
    Path over = stage.directory.resolve("over");
    Worker worker = stage.worker("START_HOOK", "touch " + begun, "STOP_HOOK", "touch " + over);
    assertThat(begun).exists();
    assertThat(over).doesNotExist();
    worker.close();
    assertThat(over).exists();
  }

  /** However long it takes; meanwhile the worker is alive and not ready. */
  @Test
  void theStartHookComesBeforeAnyJob() throws Exception {
    Path go = stage.directory.resolve("go");
    Path seen = stage.directory.resolve("seen");
    long id = stage.publish("true");
    CompletableFuture<Worker> starting =
        CompletableFuture.supplyAsync(
            () ->
                stage.worker(
                    "START_HOOK",
                    "touch " + seen + "; until [ -e " + go + " ]; do sleep 0.05; done"));
    await().until(() -> Files.exists(seen));
    await()
        .during(Duration.ofMillis(500))
        .until(() -> stage.results.job(id).updates().isEmpty() && stage.gate.connections() == 0);
    assertThat(starting).isNotDone();
    Files.createFile(go);
    assertThat(stage.finished(id).finalState()).contains("passed");
    assertThat(starting).succeedsWithin(Stage.PATIENCE);
  }

  @Test
  void theGeneratorGetsWhatThePayloadFilterPrints() throws IOException {
    Path filter = stage.directory.resolve("filter.sh");
    Files.writeString(filter, "#!/bin/sh\nsed s/unfiltered/filtered/\n");
    Files.setPosixFilePermissions(filter, PosixFilePermissions.fromString("rwx------"));
    stage.worker("PAYLOAD_FILTER_EXECUTABLE", filter.toString());
    long id = stage.publish("echo this is unfiltered.");
    assertThat(stage.finished(id).log()).contains("this is filtered.");
  }

  @Test
  void aFilterThatFailsGivesTheJobBackUntilItIsGivenUp() throws IOException {
    stage.worker("PAYLOAD_FILTER_EXECUTABLE", "/bin/false", "MAX_START_FAILURES", "1");
    JobRecord job = stage.finished(stage.publish("true"));
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("An error occurred while generating the build script.");
  }

  @Test
  void aTraceIsFetchedWhenTheJobAsksForOne() throws IOException {
    Path traces = stage.directory.resolve("traces");
    Path inTheGuest = Path.of("/tmp/build.trace");
    try {
      stage.worker("BUILD_TRACE_ENABLED", "true", "BUILD_TRACE_DIR", traces.toString());
      long id = Stage.newId();
      ObjectNode payload = Stage.payload(id, "echo what happened > " + inTheGuest);
      payload.put("trace", true);
      stage.publish(payload);
      assertThat(stage.finished(id).finalState()).contains("passed");
      assertThat(traces.resolve(id + ".trace")).hasContent("what happened");
      long without = stage.publish("true");
      stage.finished(without);
      assertThat(traces.resolve(without + ".trace")).doesNotExist();
    } finally {
      Files.deleteIfExists(inTheGuest);
    }
  }

  @Test
  void aMissingTraceIsNoFault() {
    Path traces = stage.directory.resolve("no-traces");
    stage.worker("BUILD_TRACE_ENABLED", "true", "BUILD_TRACE_DIR", traces.toString());
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "true");
    payload.put("trace", true);
    stage.publish(payload);
    assertThat(stage.finished(id).finalState()).contains("passed");
  }
}
