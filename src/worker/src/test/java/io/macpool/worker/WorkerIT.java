package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.StateUpdate;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Jobs from the queue to the confirmed result. */
class WorkerIT {

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
    if (worker != null) {
      worker.close();
    }
    assertThat(stage.broker.alive()).as("instances left over").isEmpty();
    assertThat(stage.results.unreadable()).isEmpty();
  }

  @Test
  void runsAJobToItsConfirmedResult() {
    worker = stage.worker();
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
        .contains("hostname: worker-under-test")
        .contains("macos-14-base")
        .contains("travis_fold:end:worker_info\r");
    await().until(() -> stage.amqp.depth(stage.queue).orElseThrow().unacked() == 0);
  }

  @Test
  void tellsFailedFromErrored() {
    worker = stage.worker();
    long failed = stage.publish("false");
    long errored = stage.publish("exit 7");
    assertThat(stage.finished(failed).finalState()).contains("failed");
    assertThat(stage.finished(errored).finalState()).contains("errored");
  }

  @Test
  void runsManyJobsWithFewProcessors() {
    worker = stage.worker("POOL_SIZE", "4");
    List<Long> ids =
        java.util.stream.IntStream.range(0, 12)
            .mapToObj(i -> stage.publish("echo job " + i))
            .toList();
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
    worker = stage.worker();
    long id = stage.publish("for i in $(seq 1 20000); do echo \"zeile $i ä€😀\"; done");
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertThat(job.flaws()).isEmpty();
    assertThat(job.log()).contains("zeile 1 ä€😀\r\n").contains("zeile 20000 ä€😀\r\n");
  }
}
