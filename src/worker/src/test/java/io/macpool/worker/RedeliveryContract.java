package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.FrameGate;
import io.macpool.sim.amqp.JobRecord;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The connection of the worker that ran a job is cut at each write with which the job ends, and its
 * message comes again: to the same worker, to one beside it, to one that is started when the first
 * is gone for good.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RedeliveryContract {

  private Stage stage;
  private final List<Worker> gone = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private String queue;

  /** The broker of jobs; empty for the simulated one. */
  abstract Optional<URI> broker();

  @BeforeAll
  void open() {
    stage = new Stage(broker());
  }

  @AfterAll
  void shut() {
    if (stage == null) {
      return;
    }
    gone.parallelStream().forEach(Worker::close);
    stage.close();
  }

  @AfterEach
  void stop() {
    workers.forEach(Worker::close);
    workers.clear();
  }

  @ParameterizedTest
  @EnumSource
  void toTheSameWorker(LastWrite cut) throws IOException {
    try (FrameGate gate = FrameGate.before(stage.jobs)) {
      Trial trial = begin(gate);
      gate.cutBefore(cut.moment());
      trial.end();
      judge(cut, trial);
    }
  }

  @ParameterizedTest
  @EnumSource
  void toAnotherWorker(LastWrite cut) throws IOException {
    try (FrameGate gate = FrameGate.before(stage.jobs)) {
      Trial trial = begin(gate);
      start("second", stage.jobs);
      await().atMost(Stage.PATIENCE).until(() -> workers.get(1).isReady());
      gate.cutBefore(cut.moment());
      trial.end();
      judge(cut, trial);
    }
  }

  @ParameterizedTest
  @EnumSource
  void toAWorkerThatIsStartedLater(LastWrite cut) throws IOException {
    try (FrameGate gate = FrameGate.before(stage.jobs)) {
      Trial trial = begin(gate);
      gate.shutBefore(cut.moment());
      trial.end();
      await().atMost(Stage.PATIENCE).until(() -> gate.cuts() == 1);
      gone.addAll(workers);
      workers.clear();
      start("later", stage.jobs);
      judge(cut, trial);
    }
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
    workers.add(
        stage.worker(
            "POOL_SIZE",
            "1",
            "HOSTNAME",
            name,
            "QUEUE_NAME",
            queue,
            "AMQP_URI",
            broker.toString()));
  }

  private Trial begin(FrameGate gate) {
    queue = "builds." + UUID.randomUUID();
    start("first", gate.uri());
    long id = Stage.newId();
    Path runs = stage.directory.resolve(id + ".runs");
    Path go = stage.directory.resolve(id + ".go");
    String payload =
        Stage.payload(
                id,
                "echo run >> " + runs,
                "while [ ! -e " + go + " ]; do sleep 0.05; done",
                "exit 1")
            .toString();
    stage.send(publisher -> publisher.publish(queue, payload));
    Trial trial = new Trial(id, runs, go);
    await().atMost(Stage.PATIENCE).until(() -> trial.timesRun() == 1);
    return trial;
  }

  private void judge(LastWrite cut, Trial trial) {
    JobRecord job = stage.finished(trial.id());
    assertThat(job.finalState()).contains("failed");
    await()
        .atMost(Stage.PATIENCE)
        .during(Duration.ofMillis(300))
        .until(() -> waiting() == 0 && workers.stream().allMatch(RedeliveryContract::isIdle));
    workers.forEach(Worker::close);
    assertThat(waiting()).as("messages that would come again").isZero();
    assertThat(stage.results.job(trial.id()).finishes()).as("finishes").isEqualTo(1);
    if (cut.endIsWritten()) {
      assertThat(trial.timesRun()).as("times the script was started").isEqualTo(1);
    }
  }

  private long waiting() {
    AtomicLong count = new AtomicLong();
    stage.send(publisher -> count.set(publisher.waiting(queue)));
    return count.get();
  }

  private static boolean isIdle(Worker worker) {
    return worker.view().members().stream()
        .noneMatch(member -> member.status().equals("processing"));
  }
}
