package io.macpool.sim.amqp;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Takes log parts as a {@link ResultCollector} does, but keeps no more than counts: for logs by the
 * gigabyte. Expects each job to be run once. Thread safe.
 */
public final class LogMeter implements AutoCloseable {

  private static final int PREFETCH = 2_000;
  private static final int ACK_EVERY = 500;

  private final Connection connection;
  private final Map<Long, Long> next = new HashMap<>();
  private long parts;
  private long bytes;
  private int ended;
  private int disorders;

  private LogMeter(Connection connection) {
    this.connection = connection;
  }

  /** Begins to take from {@link ResultCollector#LOGS}, which it declares. */
  public static LogMeter start(URI uri) {
    Connection connection = Connections.open(uri, "macpool-log-meter");
    LogMeter meter = new LogMeter(connection);
    try {
      Channel channel = connection.createChannel();
      ResultCollector.declareLogs(channel);
      channel.basicQos(PREFETCH);
      channel.basicConsume(
          ResultCollector.LOGS,
          false,
          (tag, message) -> {
            meter.take(message.getBody());
            if (message.getEnvelope().getDeliveryTag() % ACK_EVERY == 0) {
              channel.basicAck(message.getEnvelope().getDeliveryTag(), true);
            }
          },
          tag -> {});
      return meter;
    } catch (IOException e) {
      connection.abort();
      throw new IllegalStateException("can't take logs: " + e, e);
    }
  }

  private synchronized void take(byte[] body) {
    parts++;
    Optional<JsonNode> part = Json.object(body);
    if (part.isEmpty()) {
      disorders++;
      return;
    }
    long number = part.get().path("number").asLong(-1);
    Long expected = next.put(part.get().path("id").asLong(-1), number + 1);
    if (number != (expected == null ? 0 : expected)) {
      disorders++;
    }
    bytes += part.get().path("log").asText("").length();
    ended += part.get().path("final").asBoolean() ? 1 : 0;
  }

  /** Parts taken. */
  public synchronized long parts() {
    return parts;
  }

  /** Characters of content; bytes too, if the logs are ASCII. */
  public synchronized long bytes() {
    return bytes;
  }

  /** Final parts taken. */
  public synchronized int ended() {
    return ended;
  }

  /** Parts that did not follow the one before in their job. */
  public synchronized int disorders() {
    return disorders;
  }

  @Override
  public void close() {
    connection.abort();
  }
}
