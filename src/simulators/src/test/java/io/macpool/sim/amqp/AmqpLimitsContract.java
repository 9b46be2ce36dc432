package io.macpool.sim.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How long messages stay, how many a consumer holds, and what a connection settles on. True of the
 * simulator and of RabbitMQ 3.10.
 */
abstract class AmqpLimitsContract {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String queue = "limits." + UUID.randomUUID();
  private Connection connection;
  private Channel channel;

  /** Where the broker is. */
  abstract URI broker();

  @BeforeEach
  void connect() throws IOException {
    connection = Connections.open(broker(), "limits");
    channel = connection.createChannel();
    channel.queueDeclare(queue, true, false, false, null);
  }

  @AfterEach
  void disconnect() throws IOException {
    connection.createChannel().queueDelete(queue);
    connection.abort();
  }

  private void publish(String body, String expiration) throws IOException {
    BasicProperties properties = new BasicProperties.Builder().expiration(expiration).build();
    channel.basicPublish("", queue, properties, body.getBytes(StandardCharsets.UTF_8));
  }

  private BlockingQueue<Delivery> consume(Channel by) throws IOException {
    BlockingQueue<Delivery> taken = new LinkedBlockingQueue<>();
    by.basicConsume(queue, false, (tag, delivery) -> taken.add(delivery), tag -> {});
    return taken;
  }

  private static String next(BlockingQueue<Delivery> taken) throws InterruptedException {
    Delivery delivery = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(delivery).isNotNull();
    return new String(delivery.getBody(), StandardCharsets.UTF_8);
  }

  private long ready() throws IOException {
    return channel.queueDeclarePassive(queue).getMessageCount();
  }

  @Test
  void whatExpiresAtOnceReachesWhoeverWaitsAndNobodyElse() throws Exception {
    publish("missed", "0");
    publish("kept", null);
    await().atMost(PATIENCE).until(() -> ready() == 1);
    BlockingQueue<Delivery> taken = consume(channel);
    assertThat(next(taken)).isEqualTo("kept");
    publish("awaited", "0");
    assertThat(next(taken)).isEqualTo("awaited");
  }

  @Test
  void whatHasExpiredBehindALiveMessageIsCountedUntilItsTurnComes() throws Exception {
    publish("live", null);
    publish("expired", "1");
    publish("last", null);
    await().atMost(PATIENCE).until(() -> ready() == 3);
    channel.basicQos(1);
    BlockingQueue<Delivery> taken = consume(channel);
    Delivery live = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    channel.basicAck(live.getEnvelope().getDeliveryTag(), false);
    assertThat(next(taken)).isEqualTo("last");
  }

  @Test
  void aPrefetchIsForTheConsumersToCome() throws Exception {
    channel.basicQos(1);
    BlockingQueue<Delivery> first = consume(channel);
    publish("one", null);
    assertThat(next(first)).isEqualTo("one");
    channel.basicQos(5);
    publish("two", null);
    await().atMost(PATIENCE).until(() -> ready() == 1);
    BlockingQueue<Delivery> second = consume(channel);
    assertThat(next(second)).isEqualTo("two");
    publish("three", null);
    assertThat(next(second)).isEqualTo("three");
    assertThat(first).isEmpty();
  }

  @Test
  void aConnectionSettlesOnTheSameLimits() {
    assertThat(connection.getChannelMax()).isEqualTo(2047);
    assertThat(connection.getFrameMax()).isEqualTo(131_072);
    assertThat(connection.getHeartbeat()).isEqualTo(60);
  }
}
