package io.macpool.sim.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.macpool.sim.amqp.rabbit.WaitingMessage;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The scheduler's writing half: jobs into a durable queue, cancellations to every worker. Thread
 * safe; each call returns once the broker has confirmed, or throws.
 */
public final class JobPublisher implements AutoCloseable {

  private static final Duration CONFIRM = Duration.ofSeconds(10);
  private static final String COMMANDS = "worker.commands";
  private static final int PERSISTENT = 2;

  private final Connection connection;
  private final AtomicBoolean returned = new AtomicBoolean();
  private Channel channel;

  private JobPublisher(Connection connection) throws IOException {
    this.connection = connection;
    channel = open();
  }

  private Channel open() throws IOException {
    Channel opened = connection.createChannel();
    opened.confirmSelect();
    opened.addReturnListener(message -> returned.set(true));
    opened.exchangeDeclare(COMMANDS, BuiltinExchangeType.FANOUT, false);
    return opened;
  }

  /** Another one if the broker has closed it: for a queue that is not there, or out of reach. */
  private Channel channel() throws IOException {
    if (!channel.isOpen() && connection.isOpen()) {
      channel = open();
    }
    return channel;
  }

  /**
   * Connects; recovers by itself when the broker comes back.
   *
   * @throws IllegalStateException if the broker can't be reached
   */
  public static JobPublisher connect(URI uri) {
    Connection connection = Connections.open(uri, "macpool-job-publisher");
    try {
      return new JobPublisher(connection);
    } catch (IOException e) {
      connection.abort();
      throw new IllegalStateException("can't open a channel to publish jobs: " + e, e);
    }
  }

  /** Declares the job queue as the contract has it: durable, shared, without arguments. */
  public synchronized void declareQueue(String queue) {
    confirmed(
        "declare queue " + queue, () -> channel().queueDeclare(queue, true, false, false, null));
  }

  /** Drops what waits in a queue. */
  public synchronized void emptyQueue(String queue) {
    confirmed(
        "empty queue " + queue,
        () -> {
          AMQP.Queue.PurgeOk unused = channel().queuePurge(queue);
        });
  }

  /** Deletes a queue; returns what waited in it. */
  public synchronized List<WaitingMessage> deleteQueue(String queue) {
    List<WaitingMessage> waited = new ArrayList<>();
    confirmed(
        "delete queue " + queue,
        () -> {
          GetResponse next = channel().basicGet(queue, false);
          while (next != null) {
            waited.add(WaitingMessage.of(next.getBody(), next.getEnvelope().isRedeliver()));
            next = channel().basicGet(queue, false);
          }
          AMQP.Queue.DeleteOk unused = channel().queueDelete(queue);
        });
    return waited;
  }

  /** Messages of a queue that wait for a worker. */
  public synchronized long waiting(String queue) {
    return count("messages of " + queue, () -> channel().messageCount(queue));
  }

  /** Consumers that the broker may give the queue's messages to. */
  public synchronized long consumers(String queue) {
    return count("consumers of " + queue, () -> channel().consumerCount(queue));
  }

  private interface Count {
    long get() throws IOException;
  }

  private static long count(String what, Count count) {
    try {
      return count.get();
    } catch (IOException | ShutdownSignalException e) {
      throw new IllegalStateException("can't count the " + what + ": " + e, e);
    }
  }

  /** Declares the queue and puts one job into it; the payload is sent as it is, JSON or not. */
  public void publish(String queue, String payload) {
    publish(queue, List.of(payload));
  }

  /** Declares the queue and puts the jobs into it in order. */
  public synchronized void publish(String queue, List<String> payloads) {
    declareQueue(queue);
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .deliveryMode(PERSISTENT)
            .type("test")
            .build();
    confirmed(
        "publish " + payloads.size() + " jobs to " + queue,
        () -> {
          for (String payload : payloads) {
            channel()
                .basicPublish(
                    "", queue, true, properties, payload.getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  /** Asks the worker that runs the job to stop it. */
  public synchronized void cancel(long jobId, String source, String reason) {
    command(
        Json.write(
            Map.of("type", "cancel_job", "job_id", jobId, "source", source, "reason", reason)));
  }

  /** Sends any text to every worker's command queue. */
  public synchronized void command(String body) {
    BasicProperties properties =
        new BasicProperties.Builder().contentType("application/json").build();
    confirmed(
        "send a command",
        () ->
            channel()
                .basicPublish(COMMANDS, "", properties, body.getBytes(StandardCharsets.UTF_8)));
  }

  private interface Step {
    void run() throws IOException;
  }

  private void confirmed(String what, Step step) {
    try {
      returned.set(false);
      step.run();
      if (!channel.waitForConfirms(CONFIRM.toMillis())) {
        throw new IllegalStateException("can't " + what + ": the broker refused a message");
      }
      if (returned.get()) {
        throw new IllegalStateException("can't " + what + ": no queue took it");
      }
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      throw new IllegalStateException("can't " + what + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted: " + what, e);
    }
  }

  @Override
  public void close() {
    connection.abort();
  }
}
