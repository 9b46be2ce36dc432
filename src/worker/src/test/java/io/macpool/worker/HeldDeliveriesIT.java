package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.macpool.sim.amqp.AmqpSimulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that last longer than the broker lets a message stay unacked. */
@Tag(Stage.OWN_BROKER)
class HeldDeliveriesIT {

  private static final Duration CONSUMER_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int JOBS = 8;

  @RegisterExtension final Stage stage = new Stage();

  /**
   * Two workers of four processors, and jobs of three times the time-out: the two processors that
   * are free take charge of what is handed out again and again, and are as free for new jobs as
   * they were in the first third.
   */
  @Test
  void custodyCostsNoProcessorAndEachJobRunsOnce() throws IOException {
    AmqpSimulator broker = stage.operator().simulator().orElseThrow();
    broker.broker().setConsumerTimeout(CONSUMER_TIMEOUT);
    Worker first = stage.worker("POOL_SIZE", "4", "HOSTNAME", "first");
    Worker second = stage.worker("POOL_SIZE", "4", "HOSTNAME", "second");
    await().atMost(Stage.PATIENCE).until(() -> stage.consumers() == JOBS);
    Path go = stage.directory.resolve("go");
    List<Path> runs = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      if (i == JOBS - 2) {
        await().atMost(LONG).until(() -> runs.stream().allMatch(Files::exists));
        await()
            .pollDelay(CONSUMER_TIMEOUT.multipliedBy(3))
            .atMost(LONG)
            .until(() -> first.view().alive() + second.view().alive() == JOBS);
      }
      Path run = stage.directory.resolve("run-" + i);
      runs.add(run);
      ids.add(stage.publish("echo run >> " + run, "while [ ! -e " + go + " ]; do sleep 0.1; done"));
    }
    await().atMost(LONG).until(() -> runs.stream().allMatch(Files::exists));
    assertThat(stage.broker.instances()).as("jobs that run at once").hasSize(JOBS);
    Files.createFile(go);
    assertThat(stage.results.awaitFinishes(ids, LONG)).isTrue();
    stage.awaitSettled(List.of(first, second));
    await().atMost(LONG).until(() -> broker.depth(stage.queue).get().unacked() == 0);
    for (int i = 0; i < JOBS; i++) {
      assertThat(Files.readAllLines(runs.get(i))).as("runs of job %d", i).hasSize(1);
      assertThat(stage.results.job(ids.get(i)).finishes()).isEqualTo(1);
    }
  }

  /** Its message is held by a worker with a free processor, again and again; the runner wins. */
  @Test
  void anIdleWorkerKeepsTheMessageAndRunsNothing() throws IOException {
    AmqpSimulator broker = stage.operator().simulator().orElseThrow();
    broker.broker().setConsumerTimeout(CONSUMER_TIMEOUT);
    Worker first = stage.worker("HOSTNAME", "first");
    Path run = stage.directory.resolve("run");
    long id = stage.publish("echo run >> " + run, "sleep 8");
    await().atMost(LONG).until(() -> Files.exists(run));
    Worker second = stage.worker("HOSTNAME", "second");
    long other = stage.publish("echo other");
    assertThat(stage.results.awaitFinishes(List.of(id, other), LONG)).isTrue();
    stage.awaitSettled(List.of(first, second));
    await().atMost(LONG).until(() -> broker.depth(stage.queue).get().unacked() == 0);
    assertThat(Files.readAllLines(run)).hasSize(1);
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
    assertThat(stage.results.job(id).flaws()).isEmpty();
  }

  /**
   * The broker's patience is shorter than a lease, and whoever had the message is dead: it goes
   * from one custodian to the next, and the job is run all the same.
   */
  @Test
  void aMessageThatIsTakenBackSoonerThanALeaseRunsOutIsRunAllTheSame() throws Exception {
    AmqpSimulator broker = stage.operator().simulator().orElseThrow();
    long id = stage.publish("echo run >> " + stage.directory.resolve("run"));
    handOutOnce();
    broker.broker().setConsumerTimeout(Duration.ofSeconds(1));
    Worker first = stage.worker("HOSTNAME", "first", "CLAIM_LEASE", "4s");
    Worker second = stage.worker("HOSTNAME", "second", "CLAIM_LEASE", "4s");
    assertThat(stage.results.awaitFinish(id, LONG).finishes()).isEqualTo(1);
    stage.awaitSettled(List.of(first, second));
  }

  /** As if to a worker that died. */
  private void handOutOnce() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(stage.jobs);
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      assertThat(channel.basicGet(stage.queue, false)).isNotNull();
    }
  }
}
