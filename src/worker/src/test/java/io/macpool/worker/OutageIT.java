package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.AmqpSimulator.QueueDepth;
import io.macpool.sim.amqp.JobRecord;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The job broker goes away while jobs run, and the VM broker's pool is full. */
class OutageIT {

  private static final Duration PATIENCE = Stage.PATIENCE;

  private static Stage stage;
  private Worker worker;
  private Worker second;

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
    for (Worker each : new Worker[] {worker, second}) {
      if (each != null) {
        each.close();
      }
    }
    await().untilAsserted(() -> assertThat(stage.broker.alive()).isEmpty());
    stage.broker.slots = 10_000;
    stage.broker.tellsCapacity = false;
  }

  @Test
  void aJobRunsOnThroughALostConnectionAndIsReportedOnce() {
    worker = stage.worker("POOL_SIZE", "1");
    long id = stage.publish("for i in $(seq 1 30); do echo \"line $i.\"; sleep 0.1; done");
    awaitOutput(id, "line 3.");
    stage.amqp.dropConnections();

    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertThat(job.runs()).as("times it was run").hasSize(1);
    for (int i = 1; i <= 30; i++) {
      assertThat(job.log()).contains("line " + i + ".\r\n");
    }
    awaitEmptyQueue();
  }

  @Test
  void aResultFoundDuringAnOutageIsReportedAfterItAndTheJobIsNotRunAgain() {
    worker = stage.worker("POOL_SIZE", "1");
    long id = stage.publish("echo begun", "sleep 1", "exit 1");
    awaitOutput(id, "begun");
    stage.amqp.stop();
    await().atMost(PATIENCE).until(() -> stage.broker.alive().isEmpty());
    stage.amqp.resume();

    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("failed");
    awaitEmptyQueue();
    assertThat(stage.results.job(id).runs()).hasSize(1);
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
  }

  @Test
  void aJobThatTheQueueGaveToAnotherIsFinishedByOneOfThemOnly() {
    worker = stage.worker("POOL_SIZE", "1", "HOSTNAME", "first");
    long id = stage.publish("for i in $(seq 1 40); do echo \"line $i.\"; sleep 0.1; done");
    awaitOutput(id, "line 3.");
    second = stage.worker("POOL_SIZE", "1", "HOSTNAME", "second");
    await().atMost(PATIENCE).until(second::isReady);
    stage.amqp.dropConnections();

    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    awaitEmptyQueue();
    await().atMost(PATIENCE).until(() -> stage.broker.alive().isEmpty());
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
  }

  @Test
  void aWorkerStopsInTimeWithoutAnyBroker() {
    worker = stage.worker("POOL_SIZE", "1");
    long id = stage.publish("echo begun", "sleep 60");
    awaitOutput(id, "begun");
    stage.amqp.stop();
    try {
      long began = System.nanoTime();
      worker.close();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(40));
    } finally {
      stage.amqp.resume();
    }
    second = stage.worker();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              stage.cancel(id, "over");
              return stage.results.job(id).finishes() == 1;
            });
  }

  @Test
  void jobsWaitInTheQueueWhileThePoolIsFull() {
    stage.broker.tellsCapacity = true;
    stage.broker.slots = 1;
    worker = stage.worker("POOL_SIZE", "3");
    long first = stage.publish("echo begun", "sleep 2");
    awaitOutput(first, "begun");
    long other = stage.publish("echo other");
    await().during(Duration.ofSeconds(1)).until(() -> depth().unacked() == 1);
    assertThat(depth().ready()).isEqualTo(1);
    assertThat(stage.finished(first).finalState()).contains("passed");
    assertThat(stage.finished(other).finalState()).contains("passed");
    stage.broker.slots = 3;
    long third = stage.publish("true");
    assertThat(stage.finished(third).finalState()).contains("passed");
  }

  private static QueueDepth depth() {
    return stage.amqp.depth(stage.queue).orElseThrow();
  }

  private static void awaitEmptyQueue() {
    await()
        .atMost(PATIENCE)
        .until(() -> stage.amqp.depth(stage.queue), Optional.of(new QueueDepth(0, 0))::equals);
  }

  private static void awaitOutput(long id, String line) {
    assertThat(stage.results.await(PATIENCE, r -> r.job(id).log().contains(line)))
        .as("%s in the log of job %d", line, id)
        .isTrue();
  }
}
