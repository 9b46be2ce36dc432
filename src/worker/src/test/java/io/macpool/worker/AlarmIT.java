package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.net.Hold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker's memory or disk runs low: it reads no more from whoever publishes. */
@Tag(Stage.OWN_BROKER)
class AlarmIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void itIsToldAndWhatHappensMeanwhileIsReportedWhenItIsOver() throws IOException {
    Worker worker = stage.worker();
    Path go = stage.directory.resolve("go");
    long id =
        stage.publish("echo begun", "while [ ! -e " + go + " ]; do echo waits; sleep 0.1; done");
    stage.awaitOutput(id, "waits");
    stage.operator().setAlarm(true);
    Files.createFile(go);
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> Remote.of(worker).get("/ready").body().contains("takes no messages for now"));
    stage.awaitNoInstance();
    assertThat(stage.results.job(id).finishes()).isZero();
    stage.operator().setAlarm(false);
    assertThat(stage.finished(id).finalState()).contains("passed");
    await().atMost(Stage.PATIENCE).until(worker::isReady);
    assertThat(stage.results.job(id).flaws()).isEmpty();
  }

  /** The next process tells it, and does not run the job again. */
  @Test
  void aStopDuringItIsBoundAndKeepsWhatWasWrittenDown() throws IOException {
    Worker worker = stage.worker();
    Path runs = stage.directory.resolve("runs");
    Path go = stage.directory.resolve("go");
    long id =
        stage.publish(
            "echo run >> " + runs, "while [ ! -e " + go + " ]; do sleep 0.05; done", "exit 1");
    await().atMost(Stage.PATIENCE).until(() -> Files.exists(runs));
    Hold report = stage.gate.holdBefore(LastWrite.REPORTED.moment());
    Files.createFile(go);
    await().atMost(Stage.PATIENCE).until(() -> report.held() == 1);
    stage.operator().setAlarm(true);
    report.close();
    await().atMost(Stage.PATIENCE).until(() -> !worker.isReady());
    long began = System.nanoTime();
    worker.close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(40));
    stage.operator().setAlarm(false);
    stage.worker();
    assertThat(stage.finished(id).finalState()).contains("failed");
    assertThat(Files.readAllLines(runs)).as("runs").hasSize(1);
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
  }
}
