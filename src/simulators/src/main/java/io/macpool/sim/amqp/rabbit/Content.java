package io.macpool.sim.amqp.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;

/** What was published, and whereto. Queues share it: the body is not changed. */
final class Content {

  private final String exchange;
  private final String routingKey;
  private final BasicProperties properties;
  private final byte[] body;

  Content(String exchange, String routingKey, BasicProperties properties, byte[] body) {
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.properties = properties;
    this.body = body;
  }

  String exchange() {
    return exchange;
  }

  String routingKey() {
    return routingKey;
  }

  BasicProperties properties() {
    return properties;
  }

  byte[] body() {
    return body;
  }
}
