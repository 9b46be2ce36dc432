package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.StateUpdate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Jobs that are ended before their script is through: by a limit, a person, their worker's end. */
@Execution(ExecutionMode.CONCURRENT)
class StopIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void aScriptThatRunsTooLongIsErrored() {
    stage.worker();
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "while true; do echo tick; sleep 0.2; done");
    payload.putObject("timeouts").put("hard_limit", 2);
    stage.publish(payload);
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("maximum time limit for jobs (2s)");
  }

  @Test
  void aScriptThatFallsSilentIsErrored() {
    stage.worker("LOG_TIMEOUT", "1s");
    JobRecord job = stage.finished(stage.publish("echo begun", "sleep 60"));
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("No output has been received in the last 1s");
  }

  @Test
  void aLogThatIsTooLongErrorsTheJobAndKeepsItsBeginning() {
    stage.worker("MAX_LOG_LENGTH", "20000");
    JobRecord job = stage.finished(stage.publish("yes 'a line of output'"));
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("maximum log length of 20,000 bytes");
    assertThat(job.log().length()).isBetween(20_000, 20_500);
    assertThat(job.flaws()).isEmpty();
  }

  @Test
  void aCancelEndsTheScriptAndTellsItsReason() {
    stage.worker();
    long id = stage.publish("echo begun", "sleep 60");
    stage.awaitOutput(id, "begun");
    stage.cancel(id, "superseded by a newer commit");
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("cancelled");
    assertThat(job.log()).contains("superseded by a newer commit");
    assertThat(job.flaws()).isEmpty();
  }

  @Test
  void aDrainLetsTheRunningJobFinishAndTakesNoOther() {
    Worker drained = stage.worker();
    long id = stage.publish("echo begun", "sleep 1", "echo ended");
    stage.awaitOutput(id, "begun");
    drained.drain();
    long left = stage.publish("true");
    assertThat(drained.isDrained()).isFalse();
    assertThat(stage.finished(id).log()).contains("ended");
    assertThat(drained.drained()).succeedsWithin(Stage.PATIENCE);
    assertThat(stage.results.job(left).updates()).isEmpty();
    stage.worker();
    assertThat(stage.finished(left).finalState()).contains("passed");
  }

  @Test
  void aDrainOfAWorkerWithoutProcessorsEnds() {
    Worker drained = stage.worker("POOL_SIZE", "0");
    drained.drain();
    assertThat(drained.drained()).succeedsWithin(Stage.PATIENCE);
  }

  @Test
  void aDrainWithNothingToDoEndsThoughTheBrokerIsAway() {
    Worker drained = stage.worker("POOL_SIZE", "2");
    await().until(drained::isReady);
    stage.gate.shut();
    await().until(() -> !drained.isReady());
    drained.drain();
    assertThat(drained.drained()).succeedsWithin(Stage.PATIENCE);
    stage.gate.open();
  }

  @Test
  void aStopGivesRunningJobsBackAtOnce() {
    Worker worker = stage.worker();
    long id = stage.publish("echo begun", "sleep 60");
    stage.awaitOutput(id, "begun");
    worker.close();
    JobRecord job = stage.givenBack(id);
    assertThat(job.updates().stream().map(StateUpdate::state))
        .containsExactly("received", "started", "reset");
    assertThat(job.log()).contains("The worker is stopping");
  }
}
