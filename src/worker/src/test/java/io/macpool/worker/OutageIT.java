package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.JobRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The broker of jobs goes away while jobs run. */
@Execution(ExecutionMode.CONCURRENT)
class OutageIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void aJobRunsOnThroughALostConnectionAndIsReportedOnce() {
    stage.worker();
    long id = stage.publish("for i in $(seq 1 30); do echo \"line $i.\"; sleep 0.1; done");
    stage.awaitOutput(id, "line 3.");
    stage.gate.cut();

    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertThat(job.runs()).as("times it was run").hasSize(1);
    for (int i = 1; i <= 30; i++) {
      assertThat(job.log()).contains("line " + i + ".\r\n");
    }
  }

  @Test
  void aResultFoundDuringAnOutageIsReportedAfterItAndTheJobIsNotRunAgain() {
    stage.worker();
    long id = stage.publish("echo begun", "sleep 1", "exit 1");
    stage.awaitOutput(id, "begun");
    stage.gate.shut();
    stage.awaitNoInstance();
    assertThat(stage.results.job(id).finishes()).isZero();
    stage.gate.open();

    assertThat(stage.finished(id).finalState()).contains("failed");
    await().atMost(Stage.PATIENCE).until(() -> stage.waiting() == 0);
    assertThat(stage.results.job(id).runs()).hasSize(1);
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
  }

  @Test
  void aJobThatTheQueueGaveToAnotherIsStoppedHereAndItsInstanceDestroyed() throws IOException {
    stage.worker();
    Path go = stage.directory.resolve("go");
    long id = stage.publish("echo begun", "while [ ! -e " + go + " ]; do sleep 0.05; done");
    String ours = stage.awaitOutput(id, "begun");
    stage.gate.shut();
    stage.worker("AMQP_URI", stage.jobs.toString());
    await().atMost(Stage.PATIENCE).until(() -> stage.broker.instances().size() == 2);
    stage.gate.open();
    await().atMost(Stage.PATIENCE).until(() -> !stage.broker.instances().contains(ours));
    Files.createFile(go);

    assertThat(stage.finished(id).finalState()).contains("passed");
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
  }

  @Test
  void aWorkerStopsInTimeWithoutAnyBroker() {
    Worker worker = stage.worker();
    long id = stage.publish("echo begun", "sleep 60");
    stage.awaitOutput(id, "begun");
    stage.gate.shut();
    long began = System.nanoTime();
    worker.close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(40));
    stage.gate.open();
    stage.worker();
    await()
        .atMost(Stage.PATIENCE)
        .until(
            () -> {
              stage.cancel(id, "over");
              return stage.results.job(id).finishes() == 1;
            });
  }
}
