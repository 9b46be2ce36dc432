package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a message when the client of RabbitMQ fails on a channel that lives. */
class AmqpDeliveryTest {

  private final ExecutorService blocking = Executors.newCachedThreadPool();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final AmqpThreads threads = new AmqpThreads(blocking, scheduler);
  private final AmqpConnection connection =
      new AmqpConnection(
          "test",
          new AmqpEndpoint(
              new Secret("amqp://127.0.0.1:1"),
              Optional.empty(),
              Optional.empty(),
              "none",
              false,
              Duration.ofSeconds(1)),
          4,
          scheduler);
  private final AmqpReports reports = new AmqpReports(connection, 1, report -> {}, threads);
  private final List<String> calls = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    reports.close();
    connection.close();
    scheduler.shutdownNow();
    blocking.shutdownNow();
  }

  /** A channel on which some calls fail, as the client's own. */
  private AmqpDelivery delivered(String failing, String message) {
    Channel channel =
        (Channel)
            Proxy.newProxyInstance(
                Channel.class.getClassLoader(),
                new Class<?>[] {Channel.class},
                (proxy, method, arguments) -> {
                  calls.add(method.getName());
                  if (method.getName().equals(failing)) {
                    throw new IOException(message);
                  }
                  return method.getName().equals("isOpen") ? true : null;
                });
    RunLocks locks = new RunLocks(connection, Duration.ofMinutes(1), threads);
    return new AmqpDelivery(
        new AmqpDelivery.Source(channel, "tag", "builds"),
        new Delivery(new Envelope(7, false, "", "builds"), new BasicProperties(), new byte[] {1}),
        new JobEndRecords(connection, reports, locks),
        locks,
        threads);
  }

  /** A wait that ends as its message comes may have cancelled the consumer a moment before. */
  @Test
  void aMessageGoesBackThoughItsConsumerIsCancelledAlready() throws Exception {
    AmqpDelivery delivery = delivered("basicCancel", "Unknown consumerTag");
    assertThat(delivery.leave().get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(calls).contains("basicReject", "close");
  }

  @Test
  void aMessageThatCantBeSettledIsNotKeptOnAChannelThatLives() throws Exception {
    AmqpDelivery delivery = delivered("basicReject", "it is not to be");
    assertThat(delivery.leave().get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(calls).contains("abort");
  }
}
