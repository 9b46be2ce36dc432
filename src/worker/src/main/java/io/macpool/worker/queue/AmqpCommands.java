package io.macpool.worker.queue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands to all workers, on the fanout exchange {@code worker.commands}. This worker's queue dies
 * with its connection: a command sent meanwhile is missed, as it always was.
 */
public final class AmqpCommands {

  static final String EXCHANGE = "worker.commands";

  private static final Logger log = LoggerFactory.getLogger(AmqpCommands.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 200;

  private final Consumer<JsonNode> taker;

  /** Hands each command that is a JSON object to {@code taker}, which must not block. */
  public AmqpCommands(AmqpConnection connection, Consumer<JsonNode> taker) {
    this.taker = taker;
    connection.onConnected(this::listen);
  }

  private void listen(Connection connection) {
    try {
      Channel channel = connection.createChannel();
      if (channel == null) {
        throw new IOException("the connection has no channel left");
      }
      channel.exchangeDeclare(EXCHANGE, BuiltinExchangeType.FANOUT, false);
      String queue = channel.queueDeclare("", true, true, false, null).getQueue();
      channel.queueBind(queue, EXCHANGE, "");
      channel.basicConsume(
          queue,
          true,
          UUID.randomUUID().toString(),
          (tag, delivery) -> take(delivery.getBody()),
          tag -> lost(connection));
    } catch (IOException | RuntimeException e) {
      log.warn("can't listen for commands: {}", AmqpConnection.phrase(e));
      connection.abort();
    }
  }

  private static void lost(Connection connection) {
    log.warn("the queue for commands was deleted: connecting anew");
    connection.abort();
  }

  private void take(byte[] body) {
    try {
      JsonNode command = JSON.readTree(body);
      if (command != null && command.isObject()) {
        taker.accept(command);
      } else {
        log.warn("ignored a command that is not a JSON object");
      }
    } catch (IOException | RuntimeException e) {
      String shown =
          new String(
              body, 0, Math.min(body.length, SHOWN), java.nio.charset.StandardCharsets.UTF_8);
      log.warn("ignored a command: {} in {}", e.getMessage(), shown);
    }
  }
}
