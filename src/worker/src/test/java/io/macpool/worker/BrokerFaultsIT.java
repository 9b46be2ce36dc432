package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.broker.BrokerFaults.Call;
import io.macpool.sim.net.Hold;
import io.macpool.sim.net.TcpGate;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What befalls the VM broker and the script service, and what becomes of the job. */
@Execution(ExecutionMode.CONCURRENT)
class BrokerFaultsIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void anErrorGivesTheJobBack() {
    stage.broker.faults().fail(1, 500, Call::isCreate);
    stage.worker();
    long id = stage.publish("true");
    assertThat(stage.givenBack(id).log())
        .as("what the broker said is for operators, in the worker's own log")
        .contains("it could not be made")
        .doesNotContain("injected fault");
  }

  @Test
  void aLostAnswerMakesNoSecondInstance() {
    stage.broker.faults().loseAnswer(1, Call::isCreate);
    stage.worker();
    long id = stage.publish("true");
    assertThat(stage.finished(id).finalState()).contains("passed");
    assertThat(stage.broker.created()).isEqualTo(1);
  }

  @Test
  void aSlowBrokerIsWaitedFor() {
    stage.broker.faults().delay(20, Duration.ofMillis(500), call -> true);
    stage.worker();
    JobRecord job = stage.finished(stage.publish("true"));
    assertThat(job.finalState()).contains("passed");
    assertThat(job.resets()).isZero();
  }

  /** While it is away a job runs on, another waits for its instance, and no instance is left. */
  @Test
  void aRestartOfTheBrokerIsWaitedFor() {
    try (TcpGate gate = TcpGate.open("127.0.0.1", stage.broker.endpoint().getPort(), 0)) {
      stage.worker(
          "POOL_SIZE",
          "2",
          "JUPITERBRAIN_ENDPOINT",
          "http://%s@127.0.0.1:%d".formatted(stage.broker.endpoint().getUserInfo(), gate.port()));
      long running = stage.publish("echo begun", "sleep 0.5");
      stage.awaitOutput(running, "begun");
      long next;
      try (Hold creates = stage.broker.faults().hold(Call::isCreate)) {
        next = stage.publish("true");
        await().until(() -> creates.held() == 1);
        gate.stop();
      }
      assertThat(stage.finished(running).finalState()).contains("passed");
      gate.start();
      JobRecord job = stage.finished(next);
      assertThat(job.finalState()).contains("passed");
      assertThat(job.resets()).isZero();
      stage.awaitNoInstance();
      assertThat(stage.broker.created()).isEqualTo(2);
    }
  }

  /** The broker answers each release with an error: the next job runs all the same. */
  @Test
  void aFinishedJobFreesItsProcessorThoughItsInstanceIsNotReleased() {
    stage.broker.faults().fail(Integer.MAX_VALUE, 503, Call::isDelete);
    Worker worker = stage.worker();
    assertThat(stage.finished(stage.publish("true")).finalState()).contains("passed");
    assertThat(stage.finished(stage.publish("true")).finalState()).contains("passed");
    assertThat(stage.broker.instances()).as("instances that are still to be released").hasSize(2);
    await().untilAsserted(() -> assertThat(Stage.isIdle(worker)).isTrue());
    stage.broker.faults().clear();
    stage.awaitNoInstance();
  }

  @Test
  void aCancelWhileTheInstanceIsMadeLeavesNoInstance() {
    stage.worker();
    try (Hold creates = stage.broker.faults().hold(Call::isCreate)) {
      long id = stage.publish("echo never");
      await().until(() -> creates.held() == 1);
      stage.cancel(id, "");
      assertThat(stage.finished(id).finalState()).contains("cancelled");
    }
  }

  /** An old broker: it does not tell its capacity. */
  @Test
  void aFullPoolIsWaitedForNotFailed() {
    stage.broker.faults().fail(Integer.MAX_VALUE, 404, Call::isCapacity);
    stage.broker.resize(0);
    stage.worker("STARTUP_TIMEOUT", "3s");
    long id = stage.publish("echo at last");
    await().atMost(Stage.PATIENCE).until(() -> stage.broker.refused() >= 3);
    stage.broker.resize(1);
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertThat(job.resets()).isZero();
  }

  @Test
  void jobsWaitInTheQueueWhileThePoolIsFull() {
    stage.broker.resize(1);
    stage.worker("POOL_SIZE", "3");
    long first = stage.publish("echo begun", "sleep 2");
    stage.awaitOutput(first, "begun");
    long other = stage.publish("echo other");
    await().during(Duration.ofSeconds(1)).until(() -> stage.results.job(other).updates().isEmpty());
    assertThat(stage.finished(first).finalState()).contains("passed");
    assertThat(stage.finished(other).finalState()).contains("passed");
    assertThat(stage.broker.refused()).isZero();
  }

  @Test
  void aScriptServiceThatFailsForAWhileIsTriedAgainAndARefusalIsFinal() {
    stage.worker();
    stage.scripts.failNext(2, 500);
    stage.scripts.dropNext(1);
    long id = stage.publish("true");
    assertThat(stage.finished(id).finalState()).contains("passed");
    stage.scripts.failNext(1, 422);
    long refused = stage.publish("true");
    JobRecord job = stage.finished(refused);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("An error occurred while generating the build script.");
  }
}
