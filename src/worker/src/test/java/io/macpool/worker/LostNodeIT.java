package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.rabbit.RabbitBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The queue of jobs lies on another node than the worker is connected to, and that node goes and
 * comes back: whatever was not acked before is handed out again, and no ack in between counts,
 * though each is taken.
 */
@Tag(Stage.OWN_BROKER)
class LostNodeIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void aJobThatEndsMeanwhileIsNotRunAgain() throws IOException {
    Trial trial = begin();
    broker().leaderAway(stage.queue);
    trial.end();
    stage.awaitJob(trial.id(), job -> job.finishes() == 1);
    stage.awaitNoInstance();
    broker().leaderBack(stage.queue);
    judge(trial);
  }

  @Test
  void aJobThatEndsLaterIsNotRunAgain() throws IOException {
    Trial trial = begin();
    broker().leaderAway(stage.queue);
    broker().leaderBack(stage.queue);
    trial.end();
    judge(trial);
  }

  /** The other one holds the message by then, whose ack the first believes to have sent. */
  @Test
  void aJobThatEndsLaterIsNotRunAgainByAnother() throws IOException {
    Trial trial = begin();
    Worker second = stage.worker("HOSTNAME", "second");
    await().atMost(Stage.PATIENCE).until(() -> stage.consumers() == 2);
    broker().leaderAway(stage.queue);
    broker().leaderBack(stage.queue);
    await().atMost(Stage.PATIENCE).until(() -> stage.consumers() > 0 && stage.waiting() == 0);
    trial.end();
    judge(trial);
    assertThat(second.view().totalProcessed()).isZero();
  }

  private record Trial(long id, Path runs, Path go, Worker worker) {

    void end() throws IOException {
      Files.createFile(go);
    }
  }

  private RabbitBroker broker() {
    return stage.operator().simulator().orElseThrow().broker();
  }

  private Trial begin() {
    Worker worker = stage.worker("HOSTNAME", "first");
    Path runs = stage.directory.resolve("runs");
    Path go = stage.directory.resolve("go");
    long id =
        stage.publish("echo run >> " + runs, "while [ ! -e " + go + " ]; do sleep 0.05; done");
    await().atMost(Stage.PATIENCE).until(() -> Files.exists(runs));
    return new Trial(id, runs, go, worker);
  }

  private void judge(Trial trial) throws IOException {
    assertThat(stage.finished(trial.id()).finalState()).contains("passed");
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> broker().ready(stage.queue).orElse(1) + broker().unacked(stage.queue) == 0);
    stage.awaitSettled(List.of(trial.worker()));
    assertThat(Files.readAllLines(trial.runs())).as("runs").hasSize(1);
    assertThat(stage.results.job(trial.id()).finishes()).isEqualTo(1);
  }
}
