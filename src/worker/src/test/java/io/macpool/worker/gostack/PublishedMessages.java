package io.macpool.worker.gostack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** States and log parts as they are on the wire, properties and all. */
final class PublishedMessages implements AutoCloseable {

  /** The queue of states, and what leads to it. */
  static final String STATES = "reporting.jobs.builds";

  static final String LOGS = "reporting.jobs.logs";
  private static final String EXCHANGE = "reporting";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One message. */
  record Message(
      String exchange,
      String routingKey,
      String type,
      String contentType,
      int deliveryMode,
      int priority,
      String messageId,
      boolean hasTimestamp,
      boolean hasHeaders,
      JsonNode body) {

    long job() {
      return body.path("id").asLong();
    }

    boolean isLog() {
      return type.equals("job:test:log");
    }

    boolean isFinish() {
      return type.equals("job:test:finish");
    }

    /** Of a recording. */
    static Message recorded(JsonNode line) {
      return new Message(
          line.path("exchange").asText(),
          line.path("routing_key").asText(),
          line.path("type").asText(),
          line.path("content_type").asText(),
          line.path("delivery_mode").asInt(),
          line.path("priority").asInt(),
          line.path("message_id").asText(),
          line.path("timestamp").isTextual(),
          !line.path("headers").isNull(),
          line.path("body"));
    }

    private static Message of(Delivery delivery) throws IOException {
      BasicProperties properties = delivery.getProperties();
      Map<String, Object> headers = properties.getHeaders();
      return new Message(
          delivery.getEnvelope().getExchange(),
          delivery.getEnvelope().getRoutingKey(),
          properties.getType(),
          properties.getContentType(),
          properties.getDeliveryMode(),
          properties.getPriority() == null ? 0 : properties.getPriority(),
          properties.getMessageId() == null ? "" : properties.getMessageId(),
          properties.getTimestamp() != null,
          headers != null && !headers.isEmpty(),
          JSON.readTree(delivery.getBody()));
    }
  }

  private final Connection connection;
  private final List<Message> messages = new CopyOnWriteArrayList<>();

  /** Declares what the scheduler has, and begins to take from it. */
  PublishedMessages(URI broker) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker);
    connection = factory.newConnection("published-messages");
    Channel channel = connection.createChannel();
    channel.exchangeDeclare(EXCHANGE, "topic", true);
    channel.queueDeclare(STATES, true, false, false, Map.of());
    channel.queueDeclare(LOGS, true, false, false, Map.of());
    channel.queueBind(LOGS, EXCHANGE, LOGS);
    for (String queue : List.of(STATES, LOGS)) {
      channel.basicConsume(
          queue, true, queue, (own, message) -> messages.add(Message.of(message)), own -> {});
    }
  }

  /** So far. */
  List<Message> all() {
    return List.copyOf(messages);
  }

  /** Whether so many jobs were finished and their logs ended. */
  boolean hasEnded(int jobs) {
    return messages.stream().filter(Message::isFinish).count() >= jobs
        && messages.stream().filter(m -> m.body().path("final").asBoolean()).count() >= jobs;
  }

  @Override
  public void close() {
    connection.abort();
  }
}
