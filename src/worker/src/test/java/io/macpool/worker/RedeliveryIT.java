package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.StateUpdate;
import io.macpool.sim.broker.BrokerFaults.Call;
import io.macpool.sim.net.Hold;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The connection of the worker that ran a job is cut at each write with which the job ends, and its
 * message comes again: to the same worker, to one beside it, to one that is started when the first
 * is gone for good.
 */
@Execution(ExecutionMode.CONCURRENT)
class RedeliveryIT {

  @RegisterExtension final Stage stage = new Stage();

  private final List<Worker> workers = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void toTheSameWorker(LastWrite cut) throws IOException {
    Trial trial = begin();
    stage.gate.cutBefore(cut.moment());
    trial.end();
    judge(cut, trial);
  }

  @ParameterizedTest
  @EnumSource
  void toAnotherWorker(LastWrite cut) throws IOException {
    Trial trial = begin();
    start("second", stage.jobs);
    await().atMost(Stage.PATIENCE).until(() -> workers.get(1).isReady());
    stage.gate.cutBefore(cut.moment());
    trial.end();
    judge(cut, trial);
  }

  /** The first is cut off for so long that all is over when it comes back. */
  @ParameterizedTest
  @EnumSource
  void toAWorkerThatIsStartedLater(LastWrite cut) throws IOException {
    Trial trial = begin();
    stage.gate.shutBefore(cut.moment());
    trial.end();
    await().atMost(Stage.PATIENCE).until(() -> stage.gate.cuts() == 1);
    Worker first = workers.remove(0);
    start("later", stage.jobs);
    judge(cut, trial);
    stage.gate.open();
    workers.add(first);
    await().atMost(Stage.PATIENCE).until(first::isReady);
    judge(cut, trial);
  }

  /** And the first does not come to tell the second, which still waits for an instance. */
  @Test
  void whatAnotherHasEndedIsNotToldToStart() throws IOException {
    Trial trial = begin();
    stage.gate.shut();
    try (Hold creates = stage.broker.faults().hold(Call::isCreate)) {
      start("second", stage.jobs);
      await().atMost(Stage.PATIENCE).until(() -> creates.held() == 1);
      trial.end();
      stage.awaitNoInstance();
      stage.gate.open();
      stage.gate.shutBefore(LastWrite.REPORTED_UNSEEN.moment());
      assertThat(stage.finished(trial.id()).finalState()).contains("failed");
      await().atMost(Stage.PATIENCE).until(() -> stage.gate.cuts() == 1);
    }
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> stage.broker.created() == 2 && stage.broker.instances().isEmpty());
    stage.gate.open();
    stage.awaitSettled(workers);
    assertThat(stage.results.job(trial.id()).updates())
        .extracting(StateUpdate::state)
        .filteredOn("started"::equals)
        .as("starts")
        .hasSize(1);
    assertThat(trial.timesRun()).isEqualTo(1);
  }

  /** A job that runs, and counts in a file how often it does. */
  private record Trial(long id, Path runs, Path go) {

    void end() throws IOException {
      Files.createFile(go);
    }

    int timesRun() {
      try {
        return Files.readAllLines(runs).size();
      } catch (IOException e) {
        return 0;
      }
    }
  }

  private void start(String name, URI broker) {
    workers.add(stage.worker("HOSTNAME", name, "AMQP_URI", broker.toString()));
  }

  private Trial begin() {
    start("first", stage.gate.uri());
    long id = Stage.newId();
    Path runs = stage.directory.resolve("runs");
    Path go = stage.directory.resolve("go");
    stage.publish(
        Stage.payload(
            id, "echo run >> " + runs, "while [ ! -e " + go + " ]; do sleep 0.05; done", "exit 1"));
    Trial trial = new Trial(id, runs, go);
    await().atMost(Stage.PATIENCE).until(() -> trial.timesRun() == 1);
    return trial;
  }

  private void judge(LastWrite cut, Trial trial) {
    assertThat(stage.finished(trial.id()).finalState()).contains("failed");
    stage.awaitSettled(workers);
    assertThat(stage.results.job(trial.id()).finishes()).as("finishes").isEqualTo(1);
    if (cut.endIsWritten()) {
      assertThat(trial.timesRun()).as("times the script was started").isEqualTo(1);
    }
  }
}
