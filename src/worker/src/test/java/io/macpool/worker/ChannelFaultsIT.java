package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.macpool.sim.amqp.ContractViolation;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.broker.BrokerFaults.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The broker of jobs does to channels what brokers do, without ending a connection: deletes what
 * they use, refuses messages, cancels consumers.
 */
@Tag(Stage.OWN_BROKER)
class ChannelFaultsIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void jobsAreTakenAgainFromAQueueThatWasDeletedAndDeclaredAnew() {
    Worker worker = stage.worker();
    await().atMost(Stage.PATIENCE).until(() -> stage.consumers() == 1);
    stage.operator().deleteQueue(stage.queue);
    long id = stage.publish("echo again");
    assertThat(stage.finished(id).finalState()).contains("passed");
    await().atMost(Stage.PATIENCE).until(worker::isReady);
  }

  @Test
  void aLogIsWholeThoughItsExchangeWasDeletedMeanwhile() throws IOException {
    stage.worker();
    Path go = stage.directory.resolve("go");
    long id =
        stage.publish(
            "echo begun", "while [ ! -e " + go + " ]; do echo waits; sleep 0.1; done", "echo end");
    stage.awaitOutput(id, "waits");
    stage.operator().deleteExchange("reporting");
    Files.createFile(go);
    assertThat(stage.finished(id).log()).contains("begun", "end");
    // What a lost channel has not confirmed goes out again.
    assertThat(stage.results.job(id).flaws())
        .extracting(ContractViolation::kind)
        .isSubsetOf(ContractViolation.Kind.LOG_DUPLICATE);
    assertThat(stage.finished(stage.publish("echo next")).log()).contains("next");
  }

  @Test
  void jobsEndThoughTheQueueOfLogsRefusesAndTheLogComesLater() {
    Worker worker = stage.worker();
    stage.operator().refuse(ResultCollector.LOGS, true);
    long id = stage.publish("echo kept");
    long quiet = stage.publish("true");
    stage.awaitJob(id, job -> job.finishes() == 1);
    stage.awaitJob(quiet, job -> job.finishes() == 1);
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> Remote.of(worker).get("/ready").body().contains("logs"));
    stage.operator().refuse(ResultCollector.LOGS, false);
    assertThat(stage.finished(id).log()).contains("kept");
    assertThat(stage.finished(quiet).logEnded()).isTrue();
  }

  @Test
  void aFinishIsToldWhenItsQueueIsBack() throws Exception {
    stage.worker();
    Path go = stage.directory.resolve("go");
    long id = stage.publish("echo begun", "while [ ! -e " + go + " ]; do sleep 0.1; done");
    stage.awaitOutput(id, "begun");
    stage.operator().deleteQueue(ResultCollector.STATES);
    Files.createFile(go);
    // Whoever collects the results takes from the queue again when it is there.
    assertThat(stage.finished(id).finalState()).contains("passed");
  }

  @Test
  void cancelsAreHeardAgainAfterTheirExchangeWasDeleted() throws Exception {
    stage.worker();
    long id = stage.publish("echo begun", "sleep 60");
    stage.awaitOutput(id, "begun");
    stage.operator().deleteExchange("worker.commands");
    String cancel = "{\"type\":\"cancel_job\",\"job_id\":%d,\"reason\":\"over\"}".formatted(id);
    try (Connection connection = connect()) {
      await()
          .atMost(Stage.PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .until(
              () -> {
                connection
                    .createChannel()
                    .basicPublish(
                        "worker.commands", "", null, cancel.getBytes(StandardCharsets.UTF_8));
                return stage.results.job(id).finishes() == 1;
              });
    }
    assertThat(stage.finished(id).finalState()).contains("cancelled");
  }

  @Test
  void aCancelOfAJobThatWaitsIsRemembered() throws IOException {
    stage.worker();
    Path go = stage.directory.resolve("go");
    long first = stage.publish("echo begun", "while [ ! -e " + go + " ]; do sleep 0.1; done");
    stage.awaitOutput(first, "begun");
    long second = stage.publish("echo never");
    stage.cancel(second, "not wanted");
    long third = stage.publish("echo heard after it");
    stage.cancel(Stage.newId(), "another");
    Files.createFile(go);
    assertThat(stage.finished(second).finalState()).contains("cancelled");
    assertThat(stage.results.job(second).log()).doesNotContain("never");
    assertThat(stage.finished(third).finalState()).contains("passed");
  }

  @Test
  void aQueueThatOthersDeclaredIsTakenAsItIs() throws Exception {
    for (Map<String, Object> arguments :
        List.<Map<String, Object>>of(
            Map.of("x-max-priority", 5), Map.of("x-queue-type", "quorum"))) {
      String theirs = "theirs." + arguments.keySet().iterator().next();
      try (Connection connection = connect()) {
        Channel channel = connection.createChannel();
        channel.queueDeclare(theirs, true, false, false, arguments);
        Worker worker = stage.worker("QUEUE_NAME", theirs);
        long id = Stage.newId();
        channel.basicPublish(
            "",
            theirs,
            MessageProperties.PERSISTENT_BASIC,
            Stage.payload(id, "true").toString().getBytes(StandardCharsets.UTF_8));
        assertThat(stage.finished(id).finalState()).contains("passed");
        assertThat(worker.isReady()).isTrue();
      }
    }
  }

  /**
   * The pool is full and the connection is lost again and again: each time the queue has the
   * message back and counts it, up to a limit of three.
   */
  @Test
  void aDeliveryLimitIsNotUsedUpWhileAJobWaitsForRoom() throws Exception {
    String dead = "dead." + stage.queue;
    String limited = "limited." + stage.queue;
    stage.declare(dead);
    stage.broker.faults().fail(Integer.MAX_VALUE, 404, Call::isCapacity);
    stage.broker.resize(0);
    long id = Stage.newId();
    try (Connection connection = connect();
        LogLines lines = LogLines.ofAll("io.macpool.worker.job.processor.RunningJobs")) {
      Channel channel = connection.createChannel();
      channel.queueDeclare(limited, true, false, false, limitOfThree(dead));
      stage.worker("QUEUE_NAME", limited, "POOL_SIZE", "2");
      channel.basicPublish(
          "",
          limited,
          MessageProperties.PERSISTENT_BASIC,
          Stage.payload(id, "true").toString().getBytes(StandardCharsets.UTF_8));
      await().atMost(Stage.PATIENCE).until(() -> stage.broker.refused() > 0);
      for (int cut = 1; cut <= 6; cut++) {
        stage.gate.cut();
        int times = cut;
        await()
            .atMost(Stage.PATIENCE)
            .until(
                () ->
                    lines.seen().stream()
                            .filter(line -> line.contains(id + " has its message again"))
                            .count()
                        == times);
      }
      stage.broker.resize(1);
      assertThat(stage.finished(id).finalState()).contains("passed");
      await().atMost(Stage.PATIENCE).until(() -> stage.waiting(limited) == 0);
      assertThat(stage.waiting(dead)).isZero();
    }
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
    assertThat(stage.broker.created()).isEqualTo(1);
  }

  private static Map<String, Object> limitOfThree(String dead) {
    return Map.of(
        "x-queue-type",
        "quorum",
        "x-delivery-limit",
        3,
        "x-dead-letter-exchange",
        "",
        "x-dead-letter-routing-key",
        dead);
  }

  /** The same id and uuid, but another body: somebody started it again. */
  @Test
  void aRestartedJobRunsThoughTheAckOfTheFirstWasLost() {
    stage.worker();
    ObjectNode first = Stage.payload(Stage.newId(), "echo first");
    long id = first.path("job").path("id").asLong();
    stage.gate.cutBefore(LastWrite.ACKED.moment());
    stage.publish(first);
    stage.awaitJob(id, job -> job.finishes() == 1);
    await().atMost(Stage.PATIENCE).until(() -> stage.gate.cuts() == 1);
    ObjectNode second = first.deepCopy();
    ((ObjectNode) second.get("config")).putArray("script").add("echo second");
    stage.publish(second);
    stage.awaitJob(id, job -> job.finishes() == 2);
    assertThat(stage.results.job(id).log()).contains("second");
  }

  private Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(stage.jobs);
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection("test");
  }
}
