package io.macpool.sim.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.macpool.sim.amqp.AmqpSimulator.QueueDepth;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The embedded broker itself, its faults, and the scheduler's publisher and collector on it. */
class AmqpSimulatorTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static AmqpSimulator broker;

  @BeforeAll
  static void start() {
    broker = AmqpSimulator.start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void rootVirtualHostResolves() throws Exception {
    URI withSlash = URI.create(broker.uri() + "/%2F");
    try (Connection plain = Connections.open(broker.uri(), "plain");
        Connection slash = Connections.open(withSlash, "slash")) {
      assertThat(plain.isOpen()).isTrue();
      assertThat(slash.isOpen()).isTrue();
    }
  }

  @Test
  void wrongPasswordIsRefused() {
    URI wrong = URI.create("amqp://guest:guest@127.0.0.1:" + broker.port());
    assertThatThrownBy(() -> Connections.open(wrong, "wrong"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("127.0.0.1:" + broker.port())
        .hasMessageContaining("ACCESS_REFUSED");
  }

  @Test
  void restartKeepsMessagesAndReturnsUnackedOnes() throws Exception {
    try (JobPublisher publisher = JobPublisher.connect(broker.uri());
        Connection connection = Connections.open(broker.uri(), "consumer")) {
      publisher.publish("builds.restart", "{\"job\":{\"id\":1}}");
      Channel channel = connection.createChannel();
      GetResponse taken = channel.basicGet("builds.restart", false);
      assertThat(taken).isNotNull();
      assertThat(broker.depth("builds.restart")).contains(new QueueDepth(0, 1));

      broker.stop();
      assertThatThrownBy(() -> Connections.open(broker.uri(), "refused"))
          .isInstanceOf(IllegalStateException.class);
      await().atMost(PATIENCE).until(() -> broker.depth("builds.restart").get().ready() == 1);
      broker.resume();

      await().atMost(PATIENCE).until(channel::isOpen);
      GetResponse again = channel.basicGet("builds.restart", true);
      assertThat(new String(again.getBody(), StandardCharsets.UTF_8)).contains("\"id\":1");
      assertThat(again.getEnvelope().isRedeliver()).isTrue();
    }
  }

  @Test
  void managementApiTellsReadyFromUnacked() throws Exception {
    try (JobPublisher publisher = JobPublisher.connect(broker.uri());
        Connection connection = Connections.open(broker.uri(), "consumer")) {
      publisher.publish("builds.depth", List.of("1", "2", "3"));
      connection.createChannel().basicGet("builds.depth", false);

      HttpResponse<String> answer = management("/api/queues/%2F/builds.depth", true);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .contains("\"messages_ready\":2")
          .contains("\"messages_unacknowledged\":1");
      assertThat(management("/api/queues/%2F/nowhere", true).statusCode()).isEqualTo(404);
      assertThat(management("/api/queues/%2F/builds.depth", false).statusCode()).isEqualTo(401);
    }
  }

  private static HttpResponse<String> management(String path, boolean authorized) throws Exception {
    URI base = broker.managementUrl();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + base.getPort() + path));
    if (authorized) {
      byte[] user = base.getUserInfo().getBytes(StandardCharsets.UTF_8);
      request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(user));
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void cancellationReachesEveryWorker() throws Exception {
    try (JobPublisher publisher = JobPublisher.connect(broker.uri());
        Connection connection = Connections.open(broker.uri(), "worker")) {
      Channel channel = connection.createChannel();
      channel.exchangeDeclare("worker.commands", BuiltinExchangeType.FANOUT);
      String queue = channel.queueDeclare("", true, true, false, null).getQueue();
      channel.queueBind(queue, "worker.commands", "");
      publisher.cancel(7, "user", "no longer wanted");
      await().atMost(PATIENCE).until(() -> broker.depth(queue).get().ready() == 1);
      assertThat(new String(channel.basicGet(queue, true).getBody(), StandardCharsets.UTF_8))
          .contains("\"type\":\"cancel_job\"")
          .contains("\"job_id\":7");
    }
  }

  @Test
  void collectorKeepsWhatWasReportedOverACutConnection() throws Exception {
    try (ResultCollector collector = ResultCollector.start(broker.uri());
        Connection connection = Connections.open(broker.uri(), "worker")) {
      Channel channel = connection.createChannel();
      report(channel, "receive", "received", 42, 1);
      report(channel, "start", "started", 42, 2);
      logPart(channel, 42, 0, "hello\n", false);
      assertThat(collector.await(PATIENCE, seen -> seen.job(42).parts().size() == 1)).isTrue();

      CountDownLatch cut = new CountDownLatch(1);
      connection.addShutdownListener(cause -> cut.countDown());
      broker.dropConnections();
      assertThat(cut.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      await().atMost(PATIENCE).until(channel::isOpen);

      logPart(channel, 42, 1, "", true);
      report(channel, "finish", "passed", 42, 3);
      JobRecord job = collector.awaitFinish(42, PATIENCE);
      assertThat(job.finalState()).contains("passed");
      assertThat(job.log()).isEqualTo("hello\n");
      assertThat(job.flaws()).isEmpty();
    }
  }

  @Test
  void collectorWaitsNoLongerThanTold() {
    try (ResultCollector collector = ResultCollector.start(broker.uri())) {
      assertThat(collector.await(Duration.ofMillis(50), seen -> !seen.job(99).updates().isEmpty()))
          .isFalse();
      assertThat(collector.awaitFinish(99, Duration.ofMillis(50)).finalState()).isEmpty();
    }
  }

  private static void report(Channel channel, String event, String state, long id, int count)
      throws Exception {
    channel.basicPublish(
        "",
        ResultCollector.STATES,
        MessageProperties.PERSISTENT_BASIC.builder().type("job:test:" + event).build(),
        "{\"id\":%d,\"state\":\"%s\",\"meta\":{\"state_update_count\":%d}}"
            .formatted(id, state, count)
            .getBytes(StandardCharsets.UTF_8));
  }

  private static void logPart(Channel channel, long id, int number, String text, boolean last)
      throws Exception {
    channel.basicPublish(
        "reporting",
        ResultCollector.LOGS,
        MessageProperties.PERSISTENT_BASIC.builder().type("job:test:log").build(),
        Json.write(Map.of("id", id, "number", number, "log", text, "final", last))
            .getBytes(StandardCharsets.UTF_8));
  }
}
