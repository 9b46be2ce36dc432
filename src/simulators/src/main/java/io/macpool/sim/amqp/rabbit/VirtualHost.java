package io.macpool.sim.amqp.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** All exchanges and queues. Its lock guards everything in this package. */
final class VirtualHost {

  /** What became of a message. */
  enum Publication {
    TAKEN,
    UNROUTABLE,
    REFUSED
  }

  private static final Set<String> EQUIVALENT =
      Set.of(
          "x-expires",
          "x-message-ttl",
          "x-dead-letter-exchange",
          "x-dead-letter-routing-key",
          "x-max-length",
          "x-max-priority",
          "x-overflow",
          "x-queue-type",
          "x-delivery-limit",
          "x-single-active-consumer");

  private final Map<String, Exchange> exchanges = new TreeMap<>();
  private final Map<String, RabbitQueue> queues = new TreeMap<>();
  private final Policies policies = new Policies();
  private Duration consumerTimeout = Duration.ofMinutes(30);
  private boolean alarm;

  VirtualHost() {
    for (String type : List.of("direct", "fanout", "topic")) {
      exchanges.put("amq." + type, new Exchange("amq." + type, type, true, false));
    }
  }

  Policies policies() {
    return policies;
  }

  Duration consumerTimeout() {
    return consumerTimeout;
  }

  void setConsumerTimeout(Duration timeout) {
    consumerTimeout = timeout;
  }

  boolean hasAlarm() {
    return alarm;
  }

  void setAlarm(boolean on) {
    alarm = on;
  }

  Optional<RabbitQueue> find(String name) {
    return Optional.ofNullable(queues.get(name));
  }

  List<RabbitQueue> queues() {
    return List.copyOf(queues.values());
  }

  /** The queue, for this connection to use. */
  RabbitQueue queue(String name, BrokerConnection user) throws AmqpFault {
    RabbitQueue queue = queues.get(name);
    if (queue == null) {
      throw AmqpFault.notFound("no queue '" + name + "' in vhost '/'");
    }
    if (queue.isAway()) {
      throw AmqpFault.notFound(
          "home node 'simulated@away' of durable queue '%s' in vhost '/' is down or inaccessible"
              .formatted(name));
    }
    if (queue.isClosedTo(user)) {
      throw AmqpFault.locked(name);
    }
    return queue;
  }

  RabbitQueue declare(RabbitQueue.Declaration asked, BrokerConnection user) throws AmqpFault {
    if (queues.containsKey(asked.name())) {
      RabbitQueue queue = queue(asked.name(), user);
      RabbitQueue.Declaration current = queue.declaration();
      if (asked.exclusive() != current.exclusive()) {
        throw AmqpFault.locked(asked.name());
      }
      same("durable", asked.name(), asked.durable(), current.durable());
      same("auto_delete", asked.name(), asked.autoDelete(), current.autoDelete());
      for (String argument : EQUIVALENT) {
        same(
            argument,
            asked.name(),
            value(asked.arguments().get(argument)),
            value(current.arguments().get(argument)));
      }
      queue.touch();
      return queue;
    }
    if (asked.name().startsWith("amq.")) {
      throw AmqpFault.accessRefused(
          "queue name '%s' contains reserved prefix 'amq.*'".formatted(asked.name()));
    }
    String name = asked.name().isEmpty() ? "amq.gen-" + UUID.randomUUID() : asked.name();
    RabbitQueue.Declaration declaration =
        new RabbitQueue.Declaration(
            name, asked.durable(), asked.exclusive(), asked.autoDelete(), asked.arguments());
    RabbitQueue queue =
        new RabbitQueue(declaration, asked.exclusive() ? user : null, policies, this::deadLetter);
    if (queue.isQuorum() && (!asked.durable() || asked.exclusive() || asked.autoDelete())) {
      throw AmqpFault.precondition("invalid property for queue '%s' in vhost '/'".formatted(name));
    }
    queues.put(name, queue);
    return queue;
  }

  private static @Nullable Object value(@Nullable Object argument) {
    return argument instanceof Number number
        ? (Object) number.longValue()
        : argument == null ? null : String.valueOf(argument);
  }

  private static void same(
      String what, String queue, @Nullable Object received, @Nullable Object current)
      throws AmqpFault {
    if (!Objects.equals(received, current)) {
      throw AmqpFault.precondition(
          "inequivalent arg '%s' for queue '%s' in vhost '/': received %s but current is %s"
              .formatted(what, queue, shown(received), shown(current)));
    }
  }

  private static String shown(@Nullable Object value) {
    return value == null ? "none" : "'" + value + "'";
  }

  /** Deletes it, if it is there: its consumers are told. Returns the messages that went. */
  int delete(String name) {
    RabbitQueue queue = queues.remove(name);
    if (queue == null) {
      return 0;
    }
    exchanges.values().forEach(exchange -> exchange.forget(name));
    queue.consumers().forEach(consumer -> consumer.channel().cancelledByBroker(consumer));
    return queue.ready();
  }

  Exchange exchange(String name) throws AmqpFault {
    Exchange exchange = exchanges.get(name);
    if (exchange == null) {
      throw AmqpFault.notFound("no exchange '" + name + "' in vhost '/'");
    }
    return exchange;
  }

  void declareExchange(Exchange asked) throws AmqpFault {
    Exchange current = exchanges.get(asked.name());
    if (current == null) {
      if (!Exchange.TYPES.contains(asked.type())) {
        throw AmqpFault.invalid("unknown exchange type '" + asked.type() + "'");
      }
      if (asked.name().startsWith("amq.") || asked.name().isEmpty()) {
        throw AmqpFault.accessRefused(
            "exchange name '%s' contains reserved prefix 'amq.*'".formatted(asked.name()));
      }
      exchanges.put(asked.name(), asked);
      return;
    }
    sameExchange("type", asked.name(), asked.type(), current.type());
    sameExchange("durable", asked.name(), asked.isDurable(), current.isDurable());
    sameExchange("auto_delete", asked.name(), asked.isAutoDelete(), current.isAutoDelete());
  }

  private static void sameExchange(String what, String exchange, Object received, Object current)
      throws AmqpFault {
    if (!received.equals(current)) {
      throw AmqpFault.precondition(
          "inequivalent arg '%s' for exchange '%s' in vhost '/': received '%s' but current is '%s'"
              .formatted(what, exchange, received, current));
    }
  }

  void deleteExchange(String name) {
    exchanges.remove(name);
  }

  Publication publish(Content content) throws AmqpFault {
    Set<String> names =
        content.exchange().isEmpty()
            ? Set.of(content.routingKey())
            : exchange(content.exchange()).route(content.routingKey());
    List<RabbitQueue> targets = new ArrayList<>();
    for (String name : names) {
      find(name).filter(queue -> !queue.isAway()).ifPresent(targets::add);
    }
    boolean taken = true;
    for (RabbitQueue target : targets) {
      taken &= target.enqueue(content);
    }
    if (!taken) {
      return Publication.REFUSED;
    }
    return targets.isEmpty() ? Publication.UNROUTABLE : Publication.TAKEN;
  }

  /** To where the queue's dead letters go; to nowhere if it has no such place. */
  void deadLetter(RabbitQueue from, Content content, String reason) {
    Optional<String> exchange = from.text("dead-letter-exchange");
    if (exchange.isEmpty()) {
      return;
    }
    Map<String, Object> headers = new HashMap<>();
    if (content.properties().getHeaders() != null) {
      headers.putAll(content.properties().getHeaders());
    }
    headers.put("x-first-death-queue", from.name());
    headers.put("x-first-death-reason", reason);
    BasicProperties properties =
        content.properties().builder().headers(headers).expiration(null).build();
    String key = from.text("dead-letter-routing-key").orElse(content.routingKey());
    try {
      publish(new Content(exchange.get(), key, properties, content.body()));
    } catch (AmqpFault e) {
      // As there: dead letters for an exchange that is not there are dropped.
      return;
    }
  }
}
