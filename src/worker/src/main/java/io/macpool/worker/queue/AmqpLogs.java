package io.macpool.worker.queue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.macpool.worker.job.LogPart;
import io.macpool.worker.job.LogSink;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Log parts to the exchange {@code reporting}, or to the sharded one, in the field's form. */
public final class AmqpLogs implements LogSink, AutoCloseable {

  static final String EXCHANGE = "reporting";
  static final String QUEUE = "reporting.jobs.logs";
  static final String SHARDED = "reporting.jobs.logs_sharded";

  private static final BasicProperties PROPERTIES =
      new BasicProperties.Builder()
          .contentType("application/json")
          .deliveryMode(2)
          .type("job:test:log")
          .build();

  private final boolean sharded;
  private final AmqpPublisher publisher;

  public AmqpLogs(AmqpConnection connection, boolean sharded) {
    this.sharded = sharded;
    this.publisher =
        new AmqpPublisher(
            "logs",
            connection,
            channel -> {
              if (sharded) {
                channel.exchangeDeclare(SHARDED, "x-modulus-hash", true, false, Map.of());
                return;
              }
              channel.exchangeDeclare(EXCHANGE, "topic", true);
              channel.queueDeclare(QUEUE, true, false, false, null);
              channel.queueBind(QUEUE, EXCHANGE, QUEUE);
            });
  }

  @Override
  public CompletableFuture<Void> publish(LogPart part) {
    return sharded
        ? publisher.publish(SHARDED, Long.toString(part.jobId()), PROPERTIES, body(part))
        : publisher.publish(EXCHANGE, QUEUE, PROPERTIES, body(part));
  }

  static byte[] body(LogPart part) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("id", part.jobId());
    body.put("log", part.content());
    body.put("number", part.number());
    body.put("uuid", part.uuid());
    body.put("final", part.isFinal());
    if (!part.meta().isEmpty()) {
      ObjectNode meta = body.putObject("meta");
      part.meta().forEach(meta::put);
    }
    return AmqpReports.bytes(body);
  }

  @Override
  public void close() {
    publisher.close();
  }
}
