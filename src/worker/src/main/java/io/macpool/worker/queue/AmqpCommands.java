package io.macpool.worker.queue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.macpool.worker.job.DeliveryClaims;
import io.macpool.worker.job.JobKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands to all workers, on the fanout exchange {@code worker.commands}. This worker's queue dies
 * with its connection: a command sent meanwhile is missed, as it always was.
 */
public final class AmqpCommands implements AutoCloseable {

  static final String EXCHANGE = "worker.commands";

  private static final Logger log = LoggerFactory.getLogger(AmqpCommands.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 200;
  private static final String START_FAILURES = "start_failures";

  private final Consumer<JsonNode> taker;
  private final AmqpPublisher publisher;

  /** Hands each command that is a JSON object to {@code taker}, which must not block. */
  public AmqpCommands(AmqpConnection connection, Consumer<JsonNode> taker) {
    this.taker = taker;
    this.publisher = new AmqpPublisher("commands", connection, AmqpCommands::declare);
    connection.onConnected(this::listen);
  }

  /** Says something about a job to all workers: now, or when the broker is in reach. */
  public void send(DeliveryClaims.Claim claim) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("type", type(claim.kind()));
    body.put("job_id", claim.job().jobId());
    body.put("uuid", claim.job().uuid());
    body.put("worker", claim.worker());
    if (claim.kind() == DeliveryClaims.Kind.START_FAILED) {
      body.put(START_FAILURES, claim.startFailures());
    }
    BasicProperties properties =
        new BasicProperties.Builder().contentType("application/json").build();
    CompletableFuture<Void> unused =
        publisher.publish(EXCHANGE, "", properties, AmqpReports.bytes(body));
  }

  /** Reads what {@link #send} wrote; nothing if it is another command. */
  public static Optional<DeliveryClaims.Claim> claim(JsonNode command) {
    for (DeliveryClaims.Kind kind : DeliveryClaims.Kind.values()) {
      if (type(kind).equals(command.path("type").asText())) {
        JobKey job = new JobKey(command.path("job_id").asLong(), command.path("uuid").asText(""));
        String worker = command.path("worker").asText("");
        int failures = Math.max(0, command.path(START_FAILURES).asInt());
        return Optional.of(new DeliveryClaims.Claim(kind, job, worker, failures));
      }
    }
    return Optional.empty();
  }

  private static String type(DeliveryClaims.Kind kind) {
    return "job_" + kind.name().toLowerCase(Locale.ROOT);
  }

  private static void declare(Channel channel) throws IOException {
    channel.exchangeDeclare(EXCHANGE, BuiltinExchangeType.FANOUT, false);
  }

  @Override
  public void close() {
    publisher.close();
  }

  private void listen(Connection connection) {
    try {
      Channel channel = connection.createChannel();
      if (channel == null) {
        throw new IOException("the connection has no channel left");
      }
      declare(channel);
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
      String shown = new String(body, 0, Math.min(body.length, SHOWN), StandardCharsets.UTF_8);
      log.warn("ignored a command: {} in {}", e.getMessage(), shown);
    }
  }
}
