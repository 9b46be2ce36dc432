package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.JobRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What befalls an instance or the way to it, and what becomes of the job. */
@Execution(ExecutionMode.CONCURRENT)
class GuestFaultsIT {

  private static final String[] IMPATIENT = {"STARTUP_TIMEOUT", "500ms", "MAX_START_FAILURES", "3"};

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void aCutSessionIsRegainedAndTheLogIsWhole() {
    stage.worker();
    long id =
        stage.publish("for i in $(seq 1 40); do echo \"line $i.\"; sleep 0.1; done", "exit 3");
    String vm = stage.awaitOutput(id, "line 5.");
    stage.guests.cut(vm);
    stage.awaitOutput(id, "line 20.");
    stage.guests.cut(vm);

    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("errored");
    assertHasLines(job, 40);
  }

  @Test
  void aSessionCutInTheMiddleOfALineGoesOnInIt() {
    stage.worker();
    // In quotes, for the log shows the command too.
    long id = stage.publish("printf be'gin'-; sleep 1; printf 'ä'-; sleep 1; echo e'nd'");
    String vm = stage.awaitOutput(id, "begin-");
    stage.guests.cut(vm);
    stage.awaitOutput(id, "begin-ä");
    stage.guests.cut(vm);
    JobRecord job = stage.finished(id);
    assertThat(job.flaws()).isEmpty();
    assertThat(job.log()).containsOnlyOnce("begin-").contains("begin-ä-end\r\n");
  }

  @Test
  void aSilentDeathOfTheConnectionIsNoticedAndRegained() {
    Worker worker = stage.worker("JUPITERBRAIN_SSH_KEEP_ALIVE", "500ms");
    long id = stage.publish("for i in $(seq 1 30); do echo \"line $i.\"; sleep 0.1; done");
    String vm = stage.awaitOutput(id, "line 3.");
    stage.guests.hang(vm);
    Remote remote = Remote.of(worker);
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> remote.get("/metrics").body().contains("worker_ssh_sessions_lost_total 1.0"));
    stage.guests.restore(vm);
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertHasLines(job, 30);
  }

  private static void assertHasLines(JobRecord job, int count) {
    assertThat(job.flaws()).isEmpty();
    for (int i = 1; i <= count; i++) {
      assertThat(job.log()).containsOnlyOnce("line " + i + ".\r\n");
    }
  }

  @Test
  void aDestroyedInstanceGivesTheJobBackAndIsNeverAPass() {
    stage.worker("JUPITERBRAIN_SSH_RECONNECT_TIMEOUT", "2s");
    long id = stage.publish("echo begun", "sleep 60");
    stage.broker.destroy(stage.awaitOutput(id, "begun"));
    JobRecord job = stage.givenBack(id);
    assertThat(job.finishes()).isZero();
    assertThat(job.log()).contains("connection to this job's instance was lost");
  }

  @Test
  void anInstanceDestroyedDuringTheUploadGivesTheJobBack() throws IOException {
    stage.worker();
    long id = Stage.newId();
    Path go = stage.directory.resolve("go");
    Step.UPLOADING.reach(stage, go, () -> stage.publish(Stage.payload(id, "echo never")));
    stage.broker.destroy(stage.awaitInstance());
    assertThat(stage.givenBack(id).finishes()).isZero();
  }

  @Test
  void anInstanceThatIsGoneBeforeItLetsUsInIsNotKnockedAtUntilTheTimeIsUp() {
    stage.worker("JUPITERBRAIN_SSH_PORT", "1"); // where nobody answers
    long id = stage.publish("echo never");
    stage.broker.destroy(stage.awaitInstance());
    assertThat(stage.givenBack(id).finishes()).isZero();
  }

  @Test
  void anInstanceThatWasUsedGivesTheJobBack() throws IOException {
    stage.broker.withholdAddresses(true);
    stage.worker();
    long id = stage.publish("true");
    String vm = stage.awaitInstance();
    await().until(() -> stage.guests.home(vm).isPresent());
    Files.writeString(stage.guests.home(vm).orElseThrow().resolve("build.sh"), "echo stale");
    stage.broker.withholdAddresses(false);
    assertThat(stage.givenBack(id).log()).contains("stale VM");
  }

  @Test
  void anInstanceThatNeverStartsGivesTheJobBackUntilItIsPoison() {
    stage.broker.withholdAddresses(true);
    stage.worker(IMPATIENT);
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "true");
    for (int delivery = 1; delivery <= 2; delivery++) {
      int resets = delivery;
      stage.publish(payload);
      stage.awaitJob(id, job -> job.resets() == resets);
    }
    stage.publish(payload);
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("within 500ms").contains("for the 3. time");
  }

  /** Cut off after a time that it never keeps, it would be logged in to for ever. */
  @Test
  void aSlowLoginGetsMoreTimeAtEachTry() {
    stage.broker.withholdAddresses(true);
    stage.worker("JUPITERBRAIN_SSH_DIAL_TIMEOUT", "500ms");
    long id = stage.publish("echo patience");
    String vm = stage.awaitInstance();
    await().until(() -> stage.guests.home(vm).isPresent());
    stage.guests.slowLogins(vm, Duration.ofMillis(1400));
    try (LogLines lines = LogLines.ofAll("io.macpool.worker.job.run.JobInstance")) {
      stage.broker.withholdAddresses(false);
      JobRecord job = stage.finished(id);
      assertThat(job.finalState()).contains("passed");
      assertThat(job.resets()).isZero();
      assertThat(lines.seen())
          .anyMatch(line -> line.contains("answers, but the login did not end within 500ms"));
    }
  }

  @Test
  void whatSshAnsweredIsTheReasonInTheJobsLog() {
    try (LogLines lines = LogLines.ofAll("io.macpool.worker.job.run.JobInstance")) {
      stage.worker(
          "STARTUP_TIMEOUT",
          "2s",
          "MAX_START_FAILURES",
          "1",
          "JUPITERBRAIN_SSH_KEY_PATH",
          "../guest-ssh/src/test/resources/io/macpool/guest/ssh/openssh-plain");
      JobRecord job = stage.finished(stage.publish("true"));
      assertThat(job.finalState()).contains("errored");
      assertThat(job.log())
          .contains("nobody could log in within 2s: it does not let travis in by our key")
          .contains("authorized_keys")
          .contains("JUPITERBRAIN_SSH_KEY_PATH")
          .doesNotContain("127.");
      assertThat(lines.seen()).anyMatch(line -> line.contains("does not let travis in by our key"));
    }
  }

  @Test
  void startFailuresAreCountedOverWorkers() {
    stage.broker.withholdAddresses(true);
    Worker first = stage.worker(IMPATIENT);
    Worker second = stage.worker(IMPATIENT);
    await().atMost(Stage.PATIENCE).until(() -> first.isReady() && second.isReady());
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "true");
    first.togglePause();
    stage.publish(payload);
    stage.awaitJob(id, job -> job.resets() == 1);
    second.togglePause();
    first.togglePause();
    stage.publish(payload);
    stage.awaitJob(id, job -> job.resets() == 2);
    first.togglePause();
    second.togglePause();
    stage.publish(payload);
    assertThat(stage.finished(id).log()).contains("for the 3. time");
  }
}
