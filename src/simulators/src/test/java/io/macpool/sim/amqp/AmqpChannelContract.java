package io.macpool.sim.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What RabbitMQ does to a client beyond the loss of its connection: refuses, cancels, closes its
 * channels, counts its returns. True of the simulator and of RabbitMQ 3.10.
 */
abstract class AmqpChannelContract {

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final String queue = "contract." + UUID.randomUUID();
  private Connection connection;
  private Connection other;
  private Channel channel;

  /** Where the broker is. */
  abstract URI broker();

  /** Sets a policy for one queue. */
  abstract void setPolicy(String queue, Map<String, Object> definition);

  @BeforeEach
  void connect() throws IOException {
    connection = Connections.open(broker(), "contract");
    other = Connections.open(broker(), "contract-other");
    channel = connection.createChannel();
    channel.queueDeclare(queue, true, false, false, null);
  }

  @AfterEach
  void disconnect() throws IOException {
    other.createChannel().queueDelete(queue);
    other.createChannel().queueDelete(queue + ".other");
    other.abort();
    connection.abort();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  private void publish(String to, String body) throws IOException {
    channel.basicPublish("", to, MessageProperties.PERSISTENT_BASIC, bytes(body));
  }

  private interface Call {
    void on(Channel channel) throws IOException;
  }

  /** The call closes its channel with this code, and nothing else. */
  private void closesChannel(int code, String text, Call call) throws IOException {
    Channel used = connection.createChannel();
    assertThatThrownBy(() -> call.on(used))
        .isInstanceOf(IOException.class)
        .cause()
        .isInstanceOfSatisfying(
            ShutdownSignalException.class,
            signal -> {
              assertThat(signal.isHardError()).isFalse();
              AMQP.Channel.Close close = (AMQP.Channel.Close) signal.getReason();
              assertThat(close.getReplyCode()).isEqualTo(code);
              assertThat(close.getReplyText()).contains(text);
            });
    assertThat(connection.isOpen()).isTrue();
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void aQueueIsNotDeclaredAnewWithOtherArguments() throws Exception {
    closesChannel(
        406,
        "inequivalent arg 'x-max-priority'",
        on -> on.queueDeclare(queue, true, false, false, Map.of("x-max-priority", 5)));
    closesChannel(
        406, "inequivalent arg 'durable'", on -> on.queueDeclare(queue, false, false, false, null));
    channel.queueDeclare(queue + ".other", true, false, false, Map.of("x-expires", 60_000));
    closesChannel(
        406,
        "inequivalent arg 'x-expires'",
        on -> on.queueDeclare(queue + ".other", true, false, false, null));
    assertThat(channel.queueDeclarePassive(queue + ".other").getQueue()).endsWith(".other");
  }

  @Test
  void anExchangeIsNotDeclaredAnewWithAnotherType() throws Exception {
    String exchange = queue + ".exchange";
    channel.exchangeDeclare(exchange, BuiltinExchangeType.TOPIC, true);
    try {
      closesChannel(
          406, "inequivalent arg 'type'", on -> on.exchangeDeclare(exchange, "fanout", true));
    } finally {
      channel.exchangeDelete(exchange);
      channel.exchangeDelete(exchange);
    }
  }

  @Test
  void anExclusiveQueueIsALockThatGoesWithItsConnection() throws Exception {
    String lock = queue + ".other";
    channel.queueDeclare(lock, false, true, false, null);
    channel.queueDeclare(lock, false, true, false, null);
    for (Call call :
        new Call[] {
          on -> on.queueDeclare(lock, false, true, false, null),
          on -> on.queueDeclarePassive(lock),
          on -> on.queueDelete(lock)
        }) {
      Channel tried = other.createChannel();
      assertThatThrownBy(() -> call.on(tried)).rootCause().hasMessageContaining("RESOURCE_LOCKED");
    }
    connection.abort();
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> other.createChannel().queueDeclare(lock, false, true, true, null) != null);
  }

  @Test
  void aConsumerIsCancelledWhenItsQueueIsDeletedAndItsChannelStaysOpen() throws Exception {
    BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
    channel.basicConsume(queue, false, "c", (tag, delivery) -> {}, cancelled::add);
    other.createChannel().queueDelete(queue);
    assertThat(cancelled.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("c");
    assertThat(channel.isOpen()).isTrue();
    channel.queueDeclare(queue, true, false, false, null);
  }

  @Test
  void aDeletedQueueTakesWithItWhatWasHandedOutAndItsAcksAreFine() throws Exception {
    publish(queue, "job");
    GetResponse job = poll();
    other.createChannel().queueDelete(queue);
    channel.queueDeclare(queue, true, false, false, null);
    channel.basicAck(job.getEnvelope().getDeliveryTag(), false);
    assertThat(channel.basicGet(queue, true)).isNull();
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void aPublishToAnExchangeThatIsNotThereClosesTheChannel() throws Exception {
    Channel used = connection.createChannel();
    BlockingQueue<ShutdownSignalException> closed = new LinkedBlockingQueue<>();
    used.addShutdownListener(closed::add);
    used.basicPublish(queue + ".nowhere", "", null, bytes("lost"));
    ShutdownSignalException signal = closed.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(signal).isNotNull();
    assertThat(signal.isHardError()).isFalse();
    assertThat(signal.getMessage()).contains("404", "no exchange");
  }

  @Test
  void anAckOfWhatIsNotHeldClosesTheChannel() throws Exception {
    Channel used = connection.createChannel();
    BlockingQueue<ShutdownSignalException> closed = new LinkedBlockingQueue<>();
    used.addShutdownListener(closed::add);
    used.basicAck(7, false);
    ShutdownSignalException signal = closed.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(signal).isNotNull();
    assertThat(signal.getMessage()).contains("406", "unknown delivery tag 7");
  }

  @Test
  void whatIsNotThereIsDeletedWithoutComplaint() throws Exception {
    assertThat(channel.queueDelete(queue + ".nowhere").getMessageCount()).isZero();
    channel.exchangeDelete(queue + ".nowhere");
    closesChannel(
        404, "no queue", on -> on.basicConsume(queue + ".nowhere", (t, d) -> {}, t -> {}));
    closesChannel(404, "no queue", on -> on.queuePurge(queue + ".nowhere"));
    closesChannel(404, "no exchange", on -> on.queueBind(queue, queue + ".nowhere", ""));
    closesChannel(403, "reserved prefix", on -> on.queueDeclare("amq.x", true, false, false, null));
  }

  @Test
  void aPurgeLeavesWhatIsHeld() throws Exception {
    publish(queue, "held");
    publish(queue, "waiting");
    GetResponse held = poll();
    assertThat(channel.queuePurge(queue).getMessageCount()).isEqualTo(1);
    channel.basicNack(held.getEnvelope().getDeliveryTag(), false, true);
    assertThat(text(poll().getBody())).isEqualTo("held");
  }

  @Test
  void whatComesBackTakesItsOldPlace() throws Exception {
    publish(queue, "first");
    publish(queue, "second");
    GetResponse first = poll();
    channel.basicReject(first.getEnvelope().getDeliveryTag(), true);
    GetResponse again = poll();
    assertThat(text(again.getBody())).isEqualTo("first");
    assertThat(again.getEnvelope().isRedeliver()).isTrue();
    assertThat(poll().getEnvelope().isRedeliver()).isFalse();
  }

  @Test
  void aQueueThatIsFullRefusesWithANack() throws Exception {
    setPolicy(queue, Map.of("max-length", 0, "overflow", "reject-publish"));
    channel.confirmSelect();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              publish(queue, "refused");
              return !channel.waitForConfirms(PATIENCE.toMillis());
            });
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void whatIsRejectedGoesToTheDeadLetters() throws Exception {
    String dead = queue + ".other";
    channel.queueDelete(queue);
    channel.queueDeclare(dead, true, false, false, null);
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("x-dead-letter-exchange", "");
    arguments.put("x-dead-letter-routing-key", dead);
    channel.queueDeclare(queue, true, false, false, arguments);
    publish(queue, "bad");
    channel.basicReject(poll().getEnvelope().getDeliveryTag(), false);
    GetResponse letter =
        await().atMost(PATIENCE).until(() -> channel.basicGet(dead, true), got -> got != null);
    assertThat(text(letter.getBody())).isEqualTo("bad");
    assertThat(letter.getProps().getHeaders().get("x-first-death-reason")).hasToString("rejected");
  }

  @Test
  void aQuorumQueueCountsReturnsAndLetsGoOfWhatComesBackTooOften() throws Exception {
    channel.queueDelete(queue);
    channel.queueDeclare(
        queue, true, false, false, Map.of("x-queue-type", "quorum", "x-delivery-limit", 2));
    publish(queue, "job");
    for (int returns = 0; returns <= 2; returns++) {
      Channel used = connection.createChannel();
      BlockingQueue<Delivery> taken = new LinkedBlockingQueue<>();
      used.basicQos(1);
      used.basicConsume(queue, false, (tag, delivery) -> taken.add(delivery), tag -> {});
      Delivery job = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(job).as("delivery after %d returns", returns).isNotNull();
      Map<String, Object> headers = job.getProperties().getHeaders();
      Object count = headers == null ? null : headers.get("x-delivery-count");
      assertThat(count).isEqualTo(returns == 0 ? null : (Object) (long) returns);
      assertThat(job.getEnvelope().isRedeliver()).isEqualTo(returns > 0);
      used.abort();
    }
    await()
        .atMost(PATIENCE)
        .during(Duration.ofMillis(500))
        .until(() -> channel.basicGet(queue, false) == null);
  }

  @Test
  void aFullQuorumQueueTakesOneMoreThanItsLimit() throws Exception {
    channel.queueDelete(queue);
    channel.queueDeclare(
        queue,
        true,
        false,
        false,
        Map.of("x-queue-type", "quorum", "x-max-length", 2, "x-overflow", "reject-publish"));
    channel.confirmSelect();
    for (int taken = 0; taken < 3; taken++) {
      publish(queue, "taken");
      assertThat(channel.waitForConfirms(PATIENCE.toMillis())).isTrue();
    }
    publish(queue, "refused");
    assertThat(channel.waitForConfirms(PATIENCE.toMillis())).isFalse();
    for (int taken = 0; taken < 3; taken++) {
      assertThat(text(poll().getBody())).isEqualTo("taken");
    }
  }

  @Test
  void aQuorumQueueIsNotDeletedOnACondition() throws Exception {
    channel.queueDelete(queue);
    channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
    for (boolean unused : new boolean[] {true, false}) {
      Connection mine = Connections.open(broker(), "contract-condition");
      try {
        Channel deleting = mine.createChannel();
        assertThatThrownBy(() -> deleting.queueDelete(queue, unused, !unused))
            .hasStackTraceContaining("540")
            .hasStackTraceContaining("not supported by quorum queues");
      } finally {
        mine.abort();
      }
    }
    assertThat(channel.queueDeclarePassive(queue).getQueue()).isEqualTo(queue);
  }

  @Test
  void anUnusedQueueExpires() throws Exception {
    String brief = queue + ".other";
    channel.queueDeclare(brief, true, false, false, Map.of("x-expires", 300));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(700))
        .untilAsserted(() -> closesChannel(404, "no queue", on -> on.queuePurge(brief)));
  }

  private GetResponse poll() {
    return await()
        .atMost(PATIENCE)
        .until(() -> channel.basicGet(queue, false), message -> message != null);
  }
}
