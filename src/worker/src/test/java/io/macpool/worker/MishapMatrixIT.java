package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.FrameGate;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.net.Hold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every mishap befalls four jobs at once, each at another moment of its life: none is lost, none
 * ends otherwise than its script, none is run twice.
 */
@Tag(Stage.OWN_BROKER)
@Execution(ExecutionMode.CONCURRENT)
class MishapMatrixIT {

  /** Where a job is when the mishap comes. */
  enum Moment {
    /** It waits in the queue. */
    BEFORE_DELIVERY,
    /** Its script runs. */
    RUNNING,
    /** Its end is written down; the report is about to reach the broker. */
    REPORTING,
    /** Its report is confirmed; the ack is about to reach the broker. */
    SETTLING
  }

  private static final int LINES = 5;

  @RegisterExtension final Stage stage = new Stage();

  private final Map<Moment, Trial> trials = new EnumMap<>(Moment.class);
  private final Map<Moment, FrameGate> gates = new EnumMap<>(Moment.class);
  private final List<Worker> workers = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void losesNoJobAndRunsNoneTwice(BrokerMishap mishap) throws IOException {
    befall(mishap);
  }

  /** One row of the matrix. */
  final void befall(BrokerMishap mishap) throws IOException {
    mishap.prepare(stage);
    begin(Moment.RUNNING);
    begin(Moment.REPORTING);
    begin(Moment.SETTLING);
    publish(Moment.BEFORE_DELIVERY);
    try (Hold report = holdAt(Moment.REPORTING, LastWrite.REPORTED);
        Hold ack = holdAt(Moment.SETTLING, LastWrite.ACKED)) {
      trials.get(Moment.BEFORE_DELIVERY).end();
      awaitHeld(report);
      awaitHeld(ack);
      stage.awaitJob(trials.get(Moment.SETTLING).id(), job -> job.finishes() == 1);
      mishap.strike(stage, gates.values());
      if (mishap.takesWhatWaits()) {
        trials.get(Moment.BEFORE_DELIVERY).publish(stage); // as its scheduler would
      }
    }
    trials.get(Moment.RUNNING).end();
    mishap.mend(stage, this::allEnded);
    judge();
  }

  /** A job, and a worker that runs it and has no room for another. */
  private void begin(Moment moment) {
    FrameGate gate = stage.anotherGate();
    gates.put(moment, gate);
    workers.add(stage.worker("HOSTNAME", moment.name(), "AMQP_URI", gate.uri().toString()));
    Trial trial = publish(moment);
    await().atMost(Stage.PATIENCE).until(() -> trial.timesRun() == 1);
  }

  private Trial publish(Moment moment) {
    Trial trial = new Trial(Stage.newId(), stage.directory.resolve(moment.name()));
    trials.put(moment, trial);
    trial.publish(stage);
    return trial;
  }

  private Hold holdAt(Moment moment, LastWrite write) throws IOException {
    Hold hold = gates.get(moment).holdBefore(write.moment());
    trials.get(moment).end();
    return hold;
  }

  private static void awaitHeld(Hold hold) {
    await().atMost(Stage.PATIENCE).until(() -> hold.held() == 1);
  }

  private boolean allEnded() {
    return trials.values().stream()
        .allMatch(trial -> stage.results.job(trial.id()).finishes() == 1);
  }

  private void judge() {
    List<String> lost = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    List<String> byTwo = new ArrayList<>();
    trials.forEach(
        (moment, trial) -> {
          JobRecord job = stage.finished(trial.id());
          if (job.finishes() == 0) {
            lost.add(moment + ": " + job);
          } else if (job.finishes() > 1 || !trial.isTold(job)) {
            wrong.add(moment + ": " + job);
          }
        });
    stage.awaitSettled(workers);
    trials.forEach(
        (moment, trial) -> {
          if (trial.timesRun() != 1) {
            byTwo.add(moment + " was run " + trial.timesRun() + " times");
          }
        });
    assertThat(lost).as("lost").isEmpty();
    assertThat(wrong).as("false").isEmpty();
    assertThat(byTwo).as("run by two, or again after its end").isEmpty();
  }

  /** A job that counts its runs in a file, and waits for another to end. */
  private record Trial(long id, Path runs) {

    private Path go() {
      return runs.resolveSibling(runs.getFileName() + ".go");
    }

    void publish(Stage stage) {
      stage.publish(
          Stage.payload(
              id,
              "echo run >> " + runs,
              "while [ ! -e " + go() + " ]; do sleep 0.05; done",
              "for i in $(seq 1 " + LINES + "); do echo \"line $i.\"; done"));
    }

    void end() throws IOException {
      Files.createFile(go());
    }

    int timesRun() {
      try {
        return Files.readAllLines(runs).size();
      } catch (IOException e) {
        return 0;
      }
    }

    boolean isTold(JobRecord job) {
      boolean wholeLog = true;
      for (int i = 1; i <= LINES; i++) {
        wholeLog &= job.log().contains("line " + i + ".\r\n");
      }
      return wholeLog && job.logEnded() && job.finalState().filter("passed"::equals).isPresent();
    }
  }
}
