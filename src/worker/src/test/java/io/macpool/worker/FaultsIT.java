package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.StateUpdate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What breaks, and what becomes of the job. */
class FaultsIT {

  private static final Duration PATIENCE = Stage.PATIENCE;

  private static Stage stage;
  private Worker worker;

  @BeforeAll
  static void open() {
    stage = new Stage();
  }

  @AfterAll
  static void shut() {
    stage.close();
  }

  @AfterEach
  void stop() {
    stage.broker.createGate.countDown();
    stage.broker.destroyGate.countDown();
    if (worker != null) {
      worker.close();
    }
    await().untilAsserted(() -> assertThat(stage.broker.alive()).isEmpty());
    stage.broker.slots = 10_000;
    stage.broker.withholdAddress = false;
    stage.broker.failCreates.set(0);
    assertThat(stage.results.unreadable()).isEmpty();
  }

  @Test
  void aCutSessionIsRegainedAndTheLogIsWhole() {
    worker = stage.worker();
    long id =
        stage.publish("for i in $(seq 1 40); do echo \"line $i.\"; sleep 0.1; done", "exit 3");
    String vm = awaitOutput(id, "line 5.");
    stage.guests.cut(vm);
    awaitOutput(id, "line 20.");
    stage.guests.cut(vm);

    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.flaws()).isEmpty();
    for (int i = 1; i <= 40; i++) {
      assertThat(job.log()).containsOnlyOnce("line " + i + ".\r\n");
    }
  }

  @Test
  void aSilentDeathOfTheConnectionIsNoticedAndRegained() {
    worker = stage.worker("JUPITERBRAIN_SSH_KEEP_ALIVE", "500ms");
    long id = stage.publish("for i in $(seq 1 60); do echo \"line $i.\"; sleep 0.1; done");
    String vm = awaitOutput(id, "line 3.");
    stage.guests.hang(vm);
    await().atMost(PATIENCE).until(() -> scrape().contains("worker_ssh_sessions_lost_total 1.0"));
    stage.guests.restore(vm);
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertThat(job.log()).containsOnlyOnce("line 60.\r\n").containsOnlyOnce("line 4.\r\n");
  }

  @Test
  void aDestroyedInstanceGivesTheJobBackAndIsNeverAPass() {
    worker = stage.worker("JUPITERBRAIN_SSH_RECONNECT_TIMEOUT", "2s");
    long id = stage.publish("echo begun", "sleep 60");
    String vm = awaitOutput(id, "begun");
    stage.broker.destroy(vm);
    JobRecord job = awaitReset(id);
    assertThat(job.finishes()).isZero();
    assertThat(job.log()).contains("connection to this job's instance was lost");
  }

  @Test
  void anInstanceThatIsGoneBeforeItLetsUsInIsNotKnockedAtUntilTheTimeIsUp() {
    worker = stage.worker("JUPITERBRAIN_SSH_PORT", "1"); // where nobody answers
    long id = stage.publish("echo never");
    await().atMost(PATIENCE).until(() -> !stage.broker.alive().isEmpty());
    stage.broker.alive().forEach(stage.broker::destroy);
    assertThat(awaitReset(id).finishes()).isZero();
  }

  @Test
  void aCancelDuringTheScriptEndsItWithItsReason() {
    worker = stage.worker();
    long id = stage.publish("echo begun", "sleep 60");
    awaitOutput(id, "begun");
    stage.cancel(id, "superseded by a newer commit");
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("cancelled");
    assertThat(job.log()).contains("superseded by a newer commit");
    assertThat(job.flaws()).isEmpty();
  }

  @Test
  void aCancelWhileTheInstanceIsMadeLeavesNoInstance() {
    stage.broker.createGate = new CountDownLatch(1);
    worker = stage.worker();
    int before = stage.broker.creates.get();
    long id = stage.publish("echo never");
    await().atMost(PATIENCE).until(() -> stage.broker.creates.get() > before);
    stage.cancel(id, "");
    assertThat(stage.finished(id).finalState()).contains("cancelled");
    stage.broker.createGate.countDown();
  }

  /** The worker that had taken it over died: its message comes back to the one that gave way. */
  @Test
  void aJobThatWasGivenUpAndComesBackBeforeItsInstanceIsGoneRunsAgain() throws IOException {
    stage.broker.destroyGate = new CountDownLatch(1);
    worker = stage.worker();
    long id = Stage.newId();
    Path again = stage.directory.resolve(id + ".again");
    ObjectNode payload =
        Stage.payload(id, "echo begun", "while [ ! -e " + again + " ]; do sleep 0.05; done");
    stage.publish(payload);
    awaitOutput(id, "begun");
    ObjectNode claim = payload.objectNode();
    claim.put("type", "job_settled").put("job_id", id).put("worker", "another");
    claim.set("uuid", payload.get("uuid"));
    int before = stage.broker.destroys.get();
    stage.send(publisher -> publisher.command(claim.toString()));
    await().atMost(PATIENCE).until(() -> stage.broker.destroys.get() > before);

    Files.createFile(again);
    stage.publish(payload);

    assertThat(stage.finished(id).finalState()).contains("passed");
    stage.broker.destroyGate.countDown();
  }

  @Test
  void aScriptThatRunsTooLongIsErrored() {
    worker = stage.worker();
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
    worker = stage.worker("LOG_TIMEOUT", "1s");
    long id = stage.publish("echo begun", "sleep 60");
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("No output has been received in the last 1s");
  }

  @Test
  void aLogThatIsTooLongErrorsTheJobAndKeepsItsBeginning() {
    worker = stage.worker("MAX_LOG_LENGTH", "20000");
    long id = stage.publish("yes 'a line of output'");
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("maximum log length of 20,000 bytes");
    assertThat(job.log().length()).isBetween(20_000, 20_500);
    assertThat(job.flaws()).isEmpty();
  }

  @Test
  void anInstanceThatNeverStartsGivesTheJobBackUntilItIsPoison() {
    stage.broker.withholdAddress = true;
    worker = stage.worker("STARTUP_TIMEOUT", "500ms", "MAX_START_FAILURES", "3");
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "true");
    for (int delivery = 1; delivery <= 2; delivery++) {
      int resets = delivery;
      stage.publish(payload);
      assertThat(stage.results.await(PATIENCE, r -> r.job(id).resets() == resets)).isTrue();
    }
    stage.publish(payload);
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("did not answer within 500ms").contains("for the 3. time");
  }

  @Test
  void startFailuresAreCountedOverWorkers() {
    stage.broker.withholdAddress = true;
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "true");
    String[] impatient = {"STARTUP_TIMEOUT", "500ms", "MAX_START_FAILURES", "3", "POOL_SIZE", "1"};
    worker = stage.worker(impatient);
    try (Worker second = stage.worker(impatient)) {
      await().atMost(PATIENCE).until(() -> worker.isReady() && second.isReady());
      worker.togglePause();
      stage.publish(payload);
      assertThat(stage.results.await(PATIENCE, r -> r.job(id).resets() == 1)).isTrue();
      second.togglePause();
      worker.togglePause();
      stage.publish(payload);
      assertThat(stage.results.await(PATIENCE, r -> r.job(id).resets() == 2)).isTrue();
      worker.togglePause();
      second.togglePause();
      stage.publish(payload);
      assertThat(stage.finished(id).log()).contains("for the 3. time");
    }
  }

  @Test
  void anErrorOfTheBrokerGivesTheJobBack() {
    stage.broker.failCreates.set(1);
    worker = stage.worker();
    long id = stage.publish("true");
    assertThat(awaitReset(id).log()).contains("clone failed");
  }

  @Test
  void aFullPoolIsWaitedForNotFailed() {
    stage.broker.slots = 0;
    worker = stage.worker("STARTUP_TIMEOUT", "3s");
    int before = stage.broker.creates.get();
    long id = stage.publish("echo at last");
    await().atMost(PATIENCE).until(() -> stage.broker.creates.get() >= before + 3);
    stage.broker.slots = 1;
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertThat(job.resets()).isZero();
  }

  @Test
  void aScriptServiceThatFailsForAWhileIsTriedAgainAndARefusalIsFinal() {
    worker = stage.worker("POOL_SIZE", "1");
    stage.scripts.failNext(2, 500);
    long id = stage.publish("true");
    assertThat(stage.finished(id).finalState()).contains("passed");
    stage.scripts.failNext(1, 422);
    long refused = stage.publish("true");
    JobRecord job = stage.finished(refused);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("An error occurred while generating the build script.");
  }

  @Test
  void aStaleInstanceGivesTheJobBack() {
    worker = stage.worker();
    stage.broker.createGate = new CountDownLatch(1);
    stage.broker.onBoot =
        vm -> {
          try {
            java.nio.file.Files.writeString(
                stage.guests.home(vm).orElseThrow().resolve("build.sh"), "echo stale");
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        };
    long id = stage.publish("true");
    stage.broker.createGate.countDown();
    try {
      assertThat(awaitReset(id).log()).contains("stale VM");
    } finally {
      stage.broker.onBoot = vm -> {};
    }
  }

  @Test
  void aDrainLetsTheRunningJobFinishAndTakesNoOther() {
    worker = stage.worker("POOL_SIZE", "1");
    long id = stage.publish("echo begun", "sleep 1", "echo ended");
    awaitOutput(id, "begun");
    worker.drain();
    long left = stage.publish("true");
    assertThat(worker.isDrained()).isFalse();
    assertThat(stage.finished(id).log()).contains("ended");
    assertThat(worker.drained()).succeedsWithin(PATIENCE);
    assertThat(stage.results.job(left).updates()).isEmpty();
    worker.close();
    worker = stage.worker();
    assertThat(stage.finished(left).finalState()).contains("passed");
  }

  @Test
  void aStopGivesRunningJobsBackAtOnce() {
    worker = stage.worker();
    long id = stage.publish("echo begun", "sleep 60");
    awaitOutput(id, "begun");
    worker.close();
    JobRecord job = awaitReset(id);
    assertThat(job.updates().stream().map(StateUpdate::state))
        .containsExactly("received", "started", "reset");
    assertThat(job.log()).contains("The worker is stopping");
    assertThat(stage.amqp.depth(stage.queue).orElseThrow().ready()).isZero();
  }

  private JobRecord awaitReset(long id) {
    assertThat(stage.results.await(PATIENCE, r -> r.job(id).resets() == 1)).isTrue();
    return stage.results.job(id);
  }

  /** Waits until the log has this line; returns the job's instance. */
  private static String awaitOutput(long id, String line) {
    assertThat(stage.results.await(PATIENCE, r -> r.job(id).log().contains(line)))
        .as("%s in the log of job %d", line, id)
        .isTrue();
    return stage.results.job(id).updates().stream()
        .flatMap(update -> update.instanceId().stream())
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  private String scrape() {
    return Remote.of(worker).get("/metrics").body();
  }
}
