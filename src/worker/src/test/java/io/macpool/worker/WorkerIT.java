package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.StateUpdate;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Jobs from the queue to the confirmed result. */
@Execution(ExecutionMode.CONCURRENT)
class WorkerIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void runsAJobToItsConfirmedResult() {
    stage.worker();
    long id = stage.publish("echo hello from $(whoami)", "tty");
    JobRecord job = stage.finished(id);

    assertThat(job.finalState()).contains("passed");
    assertThat(job.flaws()).isEmpty();
    assertThat(job.updates().stream().map(StateUpdate::state))
        .containsExactly("received", "started", "passed");
    assertThat(job.log())
        .contains("hello from")
        .contains("/dev/pts/")
        .contains("travis_fold:start:worker_info\r")
        .containsPattern("hostname: [0-9a-f-]{36}@[0-9]+\\.worker-under-test\n")
        .contains("macos-14-base")
        .contains("travis_fold:end:worker_info\r");
  }

  @Test
  void tellsFailedFromErrored() {
    stage.worker("POOL_SIZE", "2");
    long failed = stage.publish("false");
    long errored = stage.publish("exit 7");
    assertThat(stage.finished(failed).finalState()).contains("failed");
    assertThat(stage.finished(errored).finalState()).contains("errored");
  }

  /** A job that a worker of another kind had before, or gets next, stays in order at the hub. */
  @Test
  void numbersGoOnFromThePayloadsOwn() {
    stage.worker();
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "true");
    payload.putObject("meta").put("state_update_count", 4);
    stage.publish(payload);
    assertThat(stage.finished(id).updates().stream().map(StateUpdate::count))
        .containsExactly(4L, 5L, 6L);
  }

  @Test
  void aFinishAlwaysHasAStart() {
    stage.worker();
    stage.scripts.failNext(1, 422);
    JobRecord job = stage.finished(stage.publish("true"));
    assertThat(job.finalState()).contains("errored");
    StateUpdate finish = job.finish().orElseThrow();
    assertThat(finish.time("started_at")).isPresent().isEqualTo(finish.time("finished_at"));
  }

  @Test
  void anotherImageThanTheJobsOwnIsToldInBothLogs() {
    try (LogLines log = LogLines.of("io.macpool.worker.job.run.JobInstance")) {
      stage.worker();
      long id = Stage.newId();
      ObjectNode payload = Stage.payload(id, "true");
      payload.withObject("/config").put("os", "osx").put("osx_image", "xcode99");
      stage.publish(payload);
      JobRecord job = stage.finished(id);
      assertThat(job.finalState()).contains("passed");
      assertThat(job.log())
          .contains("The job asks for osx_image \"xcode99\"")
          .contains("it runs on the image \"macos-14-base\"");
      assertThat(log.seen())
          .anyMatch(line -> line.contains("job " + id) && line.contains("macos-14-base"));
    }
  }

  @Test
  void runsManyJobsWithFewProcessors() {
    Worker worker = stage.worker("POOL_SIZE", "4");
    List<Long> ids = IntStream.range(0, 12).mapToObj(i -> stage.publish("echo job " + i)).toList();
    assertThat(stage.results.awaitFinishes(ids, Stage.PATIENCE)).isTrue();
    for (long id : ids) {
      JobRecord job = stage.results.job(id);
      assertThat(job.finalState()).contains("passed");
      assertThat(job.flaws()).isEmpty();
    }
    await().until(() -> worker.view().totalProcessed() == 12);
  }

  @Test
  void passesALongLogOnWholeAndInOrder() {
    stage.worker();
    long id = stage.publish("for i in $(seq 1 20000); do echo \"zeile $i ä€😀\"; done");
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertThat(job.flaws()).isEmpty();
    assertThat(job.log()).contains("zeile 1 ä€😀\r\n").contains("zeile 20000 ä€😀\r\n");
  }
}
