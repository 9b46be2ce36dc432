package io.macpool.sim.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.macpool.sim.net.TcpGate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What workers, operator and scheduler rely on in an AMQP broker: true of our embedded one and of
 * RabbitMQ. Connections go through a gate, so that they can be cut.
 */
abstract class AmqpContract {

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final String queue = "contract." + UUID.randomUUID();
  private TcpGate gate;
  private Connection connection;
  private Channel channel;

  /** Where the broker is. */
  abstract URI broker();

  /** Where {@code /api/queues} is, credentials included. */
  abstract URI management();

  @BeforeEach
  void connect() throws IOException {
    gate = TcpGate.open(broker().getHost(), broker().getPort(), 0);
    connection = Connections.open(throughGate(), "contract");
    channel = connection.createChannel();
    channel.queueDeclare(queue, true, false, false, null);
  }

  @AfterEach
  void disconnect() throws IOException {
    try (Connection cleaning = Connections.open(broker(), "cleaning")) {
      cleaning.createChannel().queueDelete(queue);
    }
    connection.abort();
    gate.close();
  }

  private URI throughGate() {
    return URI.create("amqp://" + broker().getRawUserInfo() + "@127.0.0.1:" + gate.port());
  }

  private void publish(String body) throws IOException {
    channel.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, bytes(body));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  private static BlockingQueue<Delivery> consume(
      Channel channel, String from, String tag, Map<String, Object> arguments) throws IOException {
    BlockingQueue<Delivery> taken = new LinkedBlockingQueue<>();
    channel.basicConsume(
        from,
        false,
        tag,
        false,
        false,
        arguments,
        (consumer, delivery) -> taken.add(delivery),
        consumer -> {});
    return taken;
  }

  private static String next(BlockingQueue<Delivery> taken) throws InterruptedException {
    Delivery delivery = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(delivery).as("a delivery").isNotNull();
    return text(delivery.getBody());
  }

  @Test
  void declaringTheSameQueueAgainIsFine() throws Exception {
    publish("one");
    await()
        .atMost(PATIENCE)
        .until(() -> channel.queueDeclare(queue, true, false, false, null).getMessageCount() == 1);
  }

  @Test
  void propertiesArriveAsTheyWereSent() throws Exception {
    BasicProperties sent =
        new BasicProperties.Builder()
            .contentType("application/json")
            .deliveryMode(2)
            .type("job:test:start")
            .build();
    channel.basicPublish("", queue, sent, bytes("{}"));
    BlockingQueue<Delivery> taken = consume(channel, queue, "c", Map.of());
    Delivery delivery = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(delivery.getProperties().getType()).isEqualTo("job:test:start");
    assertThat(delivery.getProperties().getContentType()).isEqualTo("application/json");
    assertThat(delivery.getProperties().getDeliveryMode()).isEqualTo(2);
    assertThat(delivery.getEnvelope().isRedeliver()).isFalse();
  }

  @Test
  void aChannelTakesNoMoreThanItsPrefetch() throws Exception {
    channel.basicQos(1);
    BlockingQueue<Delivery> taken = consume(channel, queue, "c", Map.of());
    publish("one");
    publish("two");
    Delivery first = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(text(first.getBody())).isEqualTo("one");
    Channel other = connection.createChannel();
    other.basicQos(1);
    assertThat(next(consume(other, queue, "d", Map.of()))).isEqualTo("two");
    assertThat(taken).isEmpty();
  }

  @Test
  void theConsumerOfHigherPriorityIsServedFirst() throws Exception {
    Channel low = connection.createChannel();
    low.basicQos(1);
    Channel high = connection.createChannel();
    high.basicQos(1);
    BlockingQueue<Delivery> toLow = consume(low, queue, "low", Map.of("x-priority", 1));
    BlockingQueue<Delivery> toHigh = consume(high, queue, "high", Map.of("x-priority", 5));
    publish("one");
    assertThat(next(toHigh)).isEqualTo("one");
    publish("two");
    assertThat(next(toLow)).isEqualTo("two");
  }

  @Test
  void whatIsNotAckedComesBackWhenTheConnectionIsCut() throws Exception {
    BlockingQueue<Delivery> taken = consume(channel, queue, "c", Map.of());
    publish("job");
    assertThat(next(taken)).isEqualTo("job");
    for (int i = 0; i < 3; i++) {
      gate.cut();
      Delivery again = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(again).as("delivery after cut " + i).isNotNull();
      assertThat(text(again.getBody())).isEqualTo("job");
      assertThat(again.getEnvelope().isRedeliver()).isTrue();
    }
  }

  @Test
  void whatIsGivenBackComesAgainAndAgain() throws Exception {
    publish("job");
    for (int i = 0; i < 3; i++) {
      GetResponse job = poll();
      assertThat(text(job.getBody())).isEqualTo("job");
      channel.basicReject(job.getEnvelope().getDeliveryTag(), true);
    }
    GetResponse job = poll();
    channel.basicReject(job.getEnvelope().getDeliveryTag(), false);
    assertThat(channel.basicGet(queue, true)).isNull();
  }

  @Test
  void twoConsumersOfOneConnectionBothRecover() throws Exception {
    Channel second = connection.createChannel();
    String other = connection.createChannel().queueDeclare("", true, true, false, null).getQueue();
    BlockingQueue<Delivery> first = consume(channel, queue, "first", Map.of());
    BlockingQueue<Delivery> commands = consume(second, other, "second", Map.of());
    CountDownLatch cut = new CountDownLatch(1);
    connection.addShutdownListener(cause -> cut.countDown());
    gate.cut();
    assertThat(cut.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    await().atMost(PATIENCE).until(() -> channel.isOpen() && second.isOpen());
    publish("job");
    assertThat(next(first)).isEqualTo("job");
    assertThat(commands).isEmpty();
  }

  @Test
  void whatIsRejectedWithoutRequeueDoesNotLoop() throws Exception {
    publish("bad");
    GetResponse bad = poll();
    channel.basicReject(bad.getEnvelope().getDeliveryTag(), false);
    publish("good");
    assertThat(text(poll().getBody())).isEqualTo("good");
    assertThat(channel.basicGet(queue, true)).isNull();
  }

  private GetResponse poll() {
    return await()
        .atMost(PATIENCE)
        .until(() -> channel.basicGet(queue, false), message -> message != null);
  }

  @Test
  void whatHasNoQueueIsReturnedIfMandatoryThenAckedAsAllIs() throws Exception {
    channel.confirmSelect();
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    channel.addReturnListener(message -> heard.add("return " + message.getReplyCode()));
    channel.addConfirmListener((tag, all) -> heard.add("ack"), (tag, all) -> heard.add("nack"));
    publish("routed");
    assertThat(channel.waitForConfirms(PATIENCE.toMillis())).isTrue();
    String nowhere = queue + ".nowhere";
    channel.basicPublish("", nowhere, true, MessageProperties.PERSISTENT_BASIC, bytes("told"));
    assertThat(channel.waitForConfirms(PATIENCE.toMillis())).isTrue();
    channel.basicPublish("", nowhere, MessageProperties.PERSISTENT_BASIC, bytes("lost"));
    assertThat(channel.waitForConfirms(PATIENCE.toMillis())).isTrue();
    assertThat(heard).containsExactly("ack", "return 312", "ack", "ack");
  }

  @Test
  void logsArriveThroughTheTopicExchangeInOrder() throws Exception {
    channel.exchangeDeclare("reporting", BuiltinExchangeType.TOPIC, true);
    String key = "reporting.jobs.logs." + queue;
    channel.queueBind(queue, "reporting", key);
    for (int i = 0; i < 100; i++) {
      channel.basicPublish(
          "reporting", key, MessageProperties.PERSISTENT_BASIC, bytes(Integer.toString(i)));
    }
    BlockingQueue<Delivery> taken = consume(channel, queue, "c", Map.of());
    for (int i = 0; i < 100; i++) {
      assertThat(next(taken)).isEqualTo(Integer.toString(i));
    }
  }

  @Test
  void aCommandReachesEveryWorkersOwnQueue() throws Exception {
    try (JobPublisher publisher = JobPublisher.connect(throughGate())) {
      BlockingQueue<Delivery> one = commands("one");
      BlockingQueue<Delivery> two = commands("two");
      publisher.cancel(7, "user", "no longer wanted");
      assertThat(next(one)).contains("cancel_job");
      assertThat(next(two)).contains("cancel_job");
    }
  }

  private BlockingQueue<Delivery> commands(String tag) throws IOException {
    Channel own = connection.createChannel();
    own.exchangeDeclare("worker.commands", BuiltinExchangeType.FANOUT);
    String name = own.queueDeclare("", true, true, false, null).getQueue();
    own.queueBind(name, "worker.commands", "");
    return consume(own, name, tag, Map.of());
  }

  @Test
  void aMissingQueueIsToldByClosingTheChannelAlone() throws Exception {
    Channel asking = connection.createChannel();
    assertThatThrownBy(() -> asking.queueDeclarePassive(queue + ".nowhere"))
        .isInstanceOf(IOException.class)
        .rootCause()
        .hasMessageContaining("404");
    assertThat(asking.isOpen()).isFalse();
    assertThat(connection.isOpen()).isTrue();
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void depthIsReadByManagementAndByPassiveDeclare() throws Exception {
    publish("one");
    publish("two");
    publish("three");
    poll();
    await().atMost(PATIENCE).until(() -> channel.queueDeclarePassive(queue).getMessageCount() == 2);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode depth = readManagement();
              assertThat(depth.path("messages_ready").asInt(-1)).isEqualTo(2);
              assertThat(depth.path("messages_unacknowledged").asInt(-1)).isEqualTo(1);
            });
  }

  private JsonNode readManagement() throws IOException, InterruptedException {
    URI base = management();
    String credentials =
        Base64.getEncoder().encodeToString(base.getUserInfo().getBytes(StandardCharsets.UTF_8));
    String path = "/api/queues/%2F/" + queue;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + base.getHost() + ":" + base.getPort() + path))
            .header("Authorization", "Basic " + credentials)
            .build();
    return new ObjectMapper()
        .readTree(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
  }

  @Test
  void publisherAndCollectorWorkOverARestart() throws Exception {
    long job = Math.abs(UUID.randomUUID().getMostSignificantBits() % 1_000_000_000L);
    try (JobPublisher publisher = JobPublisher.connect(throughGate());
        ResultCollector collector = ResultCollector.start(throughGate())) {
      publisher.publish(queue, List.of("{\"job\":{\"id\":" + job + "}}"));
      report(job, "receive", "received", 1);
      assertThat(collector.await(PATIENCE, seen -> !seen.job(job).updates().isEmpty())).isTrue();
      CountDownLatch cut = new CountDownLatch(1);
      connection.addShutdownListener(cause -> cut.countDown());
      gate.stop();
      assertThat(cut.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      gate.start();
      await().atMost(PATIENCE).until(channel::isOpen);
      report(job, "finish", "passed", 2);
      channel.basicPublish(
          "reporting",
          ResultCollector.LOGS,
          MessageProperties.PERSISTENT_BASIC,
          bytes("{\"id\":" + job + ",\"number\":0,\"log\":\"\",\"final\":true}"));
      JobRecord record = collector.awaitFinish(job, PATIENCE);
      assertThat(record.finalState()).contains("passed");
      assertThat(record.flaws()).isEmpty();
      assertThat(text(poll().getBody())).contains(Long.toString(job));
    }
  }

  private void report(long job, String event, String state, int count) throws IOException {
    String body =
        "{\"id\":%d,\"state\":\"%s\",\"meta\":{\"state_update_count\":%d}}"
            .formatted(job, state, count);
    channel.basicPublish(
        "",
        ResultCollector.STATES,
        new BasicProperties.Builder().type("job:test:" + event).deliveryMode(2).build(),
        bytes(body));
  }
}
