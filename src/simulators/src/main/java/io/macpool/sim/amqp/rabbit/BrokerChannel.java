package io.macpool.sim.amqp.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.AMQCommand;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Method;
import io.macpool.sim.amqp.rabbit.VirtualHost.Publication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One channel: its consumers, and what was handed out over it. Guarded by the host's lock. */
final class BrokerChannel {

  private record Unacked(
      RabbitQueue queue, Entry entry, Optional<QueueConsumer> consumer, long since) {}

  private final int number;
  private final BrokerConnection connection;
  private final VirtualHost host;
  private final Duration consumerTimeout;
  private final Topology topology;
  private final Map<String, QueueConsumer> consumers = new HashMap<>();
  private final NavigableMap<Long, Unacked> unacked = new TreeMap<>();
  private final Set<Long> forgotten = new HashSet<>();
  private long deliveries;
  private long publishes;
  private int prefetchOfChannel;
  private int prefetchOfConsumers;
  private boolean confirms;
  private boolean closed;

  BrokerChannel(int number, BrokerConnection connection, VirtualHost host) {
    this.number = number;
    this.connection = connection;
    this.host = host;
    this.consumerTimeout = host.consumerTimeout();
    this.topology = new Topology(host, connection);
  }

  boolean hasRoom() {
    return prefetchOfChannel == 0 || unacked.size() < prefetchOfChannel;
  }

  /** Carries out what the client says. */
  void take(Method method, AMQCommand command) throws AmqpFault {
    if (closed) {
      return; // until it has heard that
    }
    if (method instanceof AMQImpl.Basic.Publish publish) {
      publish(publish, command);
    } else if (method instanceof AMQImpl.Basic.Consume consume) {
      consume(consume);
    } else if (method instanceof AMQImpl.Basic.Cancel cancel) {
      cancel(cancel);
    } else if (method instanceof AMQImpl.Basic.Get get) {
      get(get);
    } else if (method instanceof AMQImpl.Basic.Ack ack) {
      settle(ack.getDeliveryTag(), ack.getMultiple(), Settlement.ACK);
    } else if (method instanceof AMQImpl.Basic.Reject reject) {
      settle(reject.getDeliveryTag(), false, Settlement.of(reject.getRequeue()));
    } else if (method instanceof AMQImpl.Basic.Nack nack) {
      settle(nack.getDeliveryTag(), nack.getMultiple(), Settlement.of(nack.getRequeue()));
    } else if (method instanceof AMQImpl.Basic.Qos qos) {
      qos(qos);
    } else if (method instanceof AMQImpl.Confirm.Select) {
      confirms = true;
      send(new AMQImpl.Confirm.SelectOk());
    } else if (method instanceof AMQImpl.Basic.Recover) {
      giveAllBack();
      send(new AMQImpl.Basic.RecoverOk());
    } else {
      topology.carryOut(method).ifPresent(this::send);
    }
  }

  private enum Settlement {
    ACK,
    GIVE_BACK,
    REJECT;

    static Settlement of(boolean requeue) {
      return requeue ? GIVE_BACK : REJECT;
    }
  }

  private void send(Method method) {
    connection.send(number, method);
  }

  private void qos(AMQImpl.Basic.Qos qos) throws AmqpFault {
    if (qos.getPrefetchSize() != 0) {
      throw AmqpFault.notImplemented("prefetch_size!=0 (" + qos.getPrefetchSize() + ")");
    }
    if (qos.getGlobal()) {
      prefetchOfChannel = qos.getPrefetchCount();
    } else {
      prefetchOfConsumers = qos.getPrefetchCount();
    }
    send(new AMQImpl.Basic.QosOk());
  }

  private void publish(AMQImpl.Basic.Publish publish, AMQCommand command) throws AmqpFault {
    if (publish.getImmediate()) {
      throw AmqpFault.notImplemented("immediate=true");
    }
    BasicProperties properties = (BasicProperties) command.getContentHeader();
    byte[] body = command.getContentBody();
    Content content = new Content(publish.getExchange(), publish.getRoutingKey(), properties, body);
    Publication result = host.publish(content);
    if (result == Publication.UNROUTABLE && publish.getMandatory()) {
      connection.send(
          number,
          new AMQImpl.Basic.Return(312, "NO_ROUTE", content.exchange(), content.routingKey()),
          properties,
          body);
    }
    if (confirms) {
      publishes++;
      send(
          result == Publication.REFUSED
              ? new AMQImpl.Basic.Nack(publishes, false, false)
              : new AMQImpl.Basic.Ack(publishes, false));
    }
  }

  private void consume(AMQImpl.Basic.Consume consume) throws AmqpFault {
    RabbitQueue queue = host.queue(consume.getQueue(), connection);
    String tag =
        consume.getConsumerTag().isEmpty()
            ? "amq.ctag-" + UUID.randomUUID()
            : consume.getConsumerTag();
    if (consumers.containsKey(tag)) {
      throw AmqpFault.notAllowed("attempt to reuse consumer tag '" + tag + "'");
    }
    boolean clash =
        queue.consumers().stream().anyMatch(QueueConsumer::isExclusive)
            || (consume.getExclusive() && !queue.consumers().isEmpty());
    if (clash) {
      throw AmqpFault.accessRefused(
          "queue '%s' in vhost '/' in exclusive use".formatted(queue.name()));
    }
    Object priority = consume.getArguments().get("x-priority");
    QueueConsumer consumer =
        new QueueConsumer(
            this,
            tag,
            queue,
            new QueueConsumer.Terms(
                consume.getNoAck(),
                consume.getExclusive(),
                priority instanceof Number given ? given.intValue() : 0,
                prefetchOfConsumers));
    consumers.put(tag, consumer);
    if (!consume.getNowait()) {
      send(new AMQImpl.Basic.ConsumeOk(tag));
    }
    queue.add(consumer);
  }

  private void cancel(AMQImpl.Basic.Cancel cancel) {
    remove(consumers.remove(cancel.getConsumerTag()));
    if (!cancel.getNowait()) {
      send(new AMQImpl.Basic.CancelOk(cancel.getConsumerTag()));
    }
  }

  private void remove(@Nullable QueueConsumer consumer) {
    if (consumer != null && consumer.queue().remove(consumer)) {
      host.delete(consumer.queue().name());
    }
  }

  /** Its queue is gone, or the queue's node: the client is told, if it wants to know. */
  void cancelledByBroker(QueueConsumer consumer) {
    consumers.remove(consumer.tag());
    consumer.queue().remove(consumer);
    if (connection.can("consumer_cancel_notify")) {
      send(new AMQImpl.Basic.Cancel(consumer.tag(), true));
    }
  }

  private void get(AMQImpl.Basic.Get get) throws AmqpFault {
    RabbitQueue queue = host.queue(get.getQueue(), connection);
    Optional<Entry> entry = queue.poll(get.getNoAck());
    if (entry.isEmpty()) {
      send(new AMQImpl.Basic.GetEmpty(""));
      return;
    }
    long tag = ++deliveries;
    if (!get.getNoAck()) {
      unacked.put(tag, new Unacked(queue, entry.get(), Optional.empty(), System.nanoTime()));
    }
    Content content = entry.get().content();
    connection.send(
        number,
        new AMQImpl.Basic.GetOk(
            tag,
            entry.get().isRedelivered(),
            content.exchange(),
            content.routingKey(),
            queue.ready()),
        entry.get().properties(queue.isQuorum()),
        content.body());
  }

  void deliver(QueueConsumer consumer, Entry entry) {
    long tag = ++deliveries;
    if (!consumer.acksByItself()) {
      consumer.holds(1);
      unacked.put(
          tag, new Unacked(consumer.queue(), entry, Optional.of(consumer), System.nanoTime()));
    }
    Content content = entry.content();
    connection.send(
        number,
        new AMQImpl.Basic.Deliver(
            consumer.tag(), tag, entry.isRedelivered(), content.exchange(), content.routingKey()),
        entry.properties(consumer.queue().isQuorum()),
        content.body());
  }

  private void settle(long tag, boolean multiple, Settlement how) throws AmqpFault {
    List<Unacked> settled = new ArrayList<>();
    if (multiple) {
      NavigableMap<Long, Unacked> upTo = tag == 0 ? unacked : unacked.headMap(tag, true);
      settled.addAll(upTo.values());
      upTo.clear();
    } else {
      Unacked one = unacked.remove(tag);
      if (one != null) {
        settled.add(one);
      }
    }
    if (settled.isEmpty() && tag != 0 && !forgotten.remove(tag)) {
      throw AmqpFault.precondition("unknown delivery tag " + tag);
    }
    settled.forEach(one -> settle(one, how));
    deliver(settled);
  }

  private static void settle(Unacked one, Settlement how) {
    one.consumer().ifPresent(consumer -> consumer.holds(-1));
    switch (how) {
      case ACK -> one.queue().settled();
      case GIVE_BACK -> one.queue().comesBack(one.entry());
      case REJECT -> one.queue().rejected(one.entry());
    }
  }

  private static void deliver(List<Unacked> settled) {
    Set<RabbitQueue> queues = new LinkedHashSet<>();
    for (Unacked one : settled) {
      queues.add(one.queue());
      one.consumer().ifPresent(consumer -> queues.add(consumer.queue()));
    }
    queues.forEach(RabbitQueue::deliver);
  }

  private void giveAllBack() {
    List<Unacked> all = List.copyOf(unacked.values());
    unacked.clear();
    all.forEach(one -> settle(one, Settlement.GIVE_BACK));
    deliver(all);
  }

  /** What was handed out of this queue here goes back to it; acks of it mean nothing any more. */
  void forget(RabbitQueue queue) {
    for (Map.Entry<Long, Unacked> held : new TreeMap<>(unacked).entrySet()) {
      if (held.getValue().queue() == queue) {
        unacked.remove(held.getKey());
        settle(held.getValue(), Settlement.GIVE_BACK);
        forgotten.add(held.getKey());
      }
    }
  }

  /** Takes back what lies here unacked for too long, and the channel with it. */
  void tick(long now) {
    boolean late =
        unacked.values().stream().anyMatch(held -> now - held.since() > consumerTimeout.toNanos());
    if (late && !closed) {
      AmqpFault fault =
          AmqpFault.precondition(
              ("delivery acknowledgement on channel %d timed out. Timeout value used: %d ms. This"
                      + " timeout value can be configured, see consumers doc guide to learn more")
                  .formatted(number, consumerTimeout.toMillis()));
      closeBecause(fault, 0, 0);
    }
  }

  void closeBecause(AmqpFault fault, Method cause) {
    closeBecause(fault, cause.protocolClassId(), cause.protocolMethodId());
  }

  private void closeBecause(AmqpFault fault, int classId, int methodId) {
    end();
    send(new AMQImpl.Channel.Close(fault.code(), fault.getMessage(), classId, methodId));
  }

  /** It is over: its consumers go, and what it holds goes back. */
  void end() {
    if (closed) {
      return;
    }
    closed = true;
    List<QueueConsumer> all = List.copyOf(consumers.values());
    consumers.clear();
    all.forEach(this::remove);
    giveAllBack();
  }
}
