package io.macpool.sim.amqp.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A queue: classic or quorum. Guarded by the virtual host's lock. */
final class RabbitQueue {

  /** What is fixed when it is declared. */
  record Declaration(
      String name,
      boolean durable,
      boolean exclusive,
      boolean autoDelete,
      Map<String, Object> arguments) {}

  /** Where what can't stay goes: the dead letters. */
  interface Overflow {
    void drop(RabbitQueue from, Content content, String reason);
  }

  private final Declaration declaration;
  private final @Nullable BrokerConnection owner;
  private final Policies policies;
  private final Overflow overflow;
  private final TreeSet<Entry> ready = new TreeSet<>();
  private final List<QueueConsumer> consumers = new ArrayList<>();
  private long numbers;
  private int unacked;
  private long usedAt = System.nanoTime();
  private boolean away;

  /**
   * An empty queue.
   *
   * @param owner the only connection that may use it; null: any
   */
  RabbitQueue(
      Declaration declaration,
      @Nullable BrokerConnection owner,
      Policies policies,
      Overflow overflow) {
    this.declaration = declaration;
    this.owner = owner;
    this.policies = policies;
    this.overflow = overflow;
  }

  Declaration declaration() {
    return declaration;
  }

  String name() {
    return declaration.name();
  }

  boolean isOwnedBy(BrokerConnection connection) {
    return owner == connection;
  }

  boolean isClosedTo(BrokerConnection connection) {
    return owner != null && owner != connection;
  }

  boolean isQuorum() {
    return "quorum".equals(String.valueOf(declaration.arguments().get("x-queue-type")));
  }

  int ready() {
    dropExpired();
    return ready.size();
  }

  int unacked() {
    return unacked;
  }

  /** What nobody holds, in order. */
  List<WaitingMessage> waiting() {
    return ready.stream()
        .map(entry -> WaitingMessage.of(entry.content().body(), entry.isRedelivered()))
        .toList();
  }

  List<QueueConsumer> consumers() {
    return List.copyOf(consumers);
  }

  boolean isAway() {
    return away;
  }

  /** Its node is gone, or back. */
  void setAway(boolean gone) {
    away = gone;
  }

  /** Somebody used it: it does not expire yet. */
  void touch() {
    usedAt = System.nanoTime();
  }

  boolean isExpired(long now) {
    Optional<Long> expires = number("expires");
    return expires.isPresent()
        && consumers.isEmpty()
        && now - usedAt > Duration.ofMillis(expires.get()).toNanos();
  }

  /** Its own argument, or else what a policy says. */
  private Optional<Object> setting(String name) {
    return Optional.ofNullable(declaration.arguments().get("x-" + name))
        .or(() -> policies.find(name(), name));
  }

  private Optional<Long> number(String name) {
    return setting(name).map(value -> ((Number) value).longValue());
  }

  Optional<String> text(String name) {
    return setting(name).map(String::valueOf);
  }

  /** Takes a message; false if it is full and refuses what comes. */
  boolean enqueue(Content content) {
    Optional<Long> most = number("max-length");
    // A quorum queue begins to refuse when it is over its limit, not at it.
    boolean full = most.isPresent() && ready() + (isQuorum() ? 0 : 1) > most.get();
    boolean refuses = text("overflow").filter(how -> how.startsWith("reject-publish")).isPresent();
    if (full && refuses) {
      return false;
    }
    ready.add(new Entry(content, priority(content.properties()), numbers++, expiry(content)));
    deliver();
    while (most.isPresent() && !refuses && ready.size() > most.get()) {
      overflow.drop(this, ready.pollFirst().content(), "maxlen");
    }
    return true;
  }

  private int priority(BasicProperties properties) {
    long highest = number("max-priority").orElse(0L);
    int asked = properties.getPriority() == null ? 0 : properties.getPriority();
    return (int) Math.min(highest, asked);
  }

  private long expiry(Content content) {
    Optional<Long> own =
        Optional.ofNullable(content.properties().getExpiration()).map(Long::parseLong);
    Optional<Long> all = number("message-ttl");
    long millis = Math.min(own.orElse(Long.MAX_VALUE), all.orElse(Long.MAX_VALUE));
    // What has no time at all still reaches whoever waits for it.
    boolean awaited = ready.isEmpty() && consumers.stream().anyMatch(QueueConsumer::hasRoom);
    return millis == Long.MAX_VALUE || (millis == 0 && awaited)
        ? Long.MAX_VALUE
        : System.nanoTime() + Duration.ofMillis(millis).toNanos();
  }

  /** Those at the head: what lies behind a live one is seen when its turn comes. */
  void dropExpired() {
    long now = System.nanoTime();
    while (!ready.isEmpty() && ready.first().isExpired(now)) {
      overflow.drop(this, ready.pollFirst().content(), "expired");
    }
  }

  void add(QueueConsumer consumer) {
    consumers.add(consumer);
    consumers.sort(Comparator.comparingInt(QueueConsumer::priority).reversed());
    deliver();
  }

  /** Whether it was the last one of a queue that goes with it. */
  boolean remove(QueueConsumer consumer) {
    touch();
    return consumers.remove(consumer) && consumers.isEmpty() && declaration.autoDelete();
  }

  /** Hands out what there is to those who have room, the highest priority first. */
  void deliver() {
    while (!away) {
      dropExpired();
      Optional<QueueConsumer> next =
          ready.isEmpty()
              ? Optional.empty()
              : consumers.stream().filter(QueueConsumer::hasRoom).findFirst();
      if (next.isEmpty()) {
        return;
      }
      QueueConsumer consumer = next.get();
      // To the end of its equals: they take turns.
      consumers.remove(consumer);
      consumers.add(consumer);
      consumers.sort(Comparator.comparingInt(QueueConsumer::priority).reversed());
      Entry entry = ready.pollFirst();
      if (!consumer.acksByItself()) {
        unacked++;
      }
      consumer.channel().deliver(consumer, entry);
    }
  }

  /** One message for somebody who asks. */
  Optional<Entry> poll(boolean acksByItself) {
    touch();
    dropExpired();
    Entry entry = ready.pollFirst();
    if (entry != null && !acksByItself) {
      unacked++;
    }
    return Optional.ofNullable(entry);
  }

  /** A message is settled for good. */
  void settled() {
    unacked--;
  }

  /** A message comes back, to its place; or goes, if it did so too often. */
  void comesBack(Entry entry) {
    unacked--;
    int returns = entry.comesBack();
    Optional<Long> limit = isQuorum() ? number("delivery-limit") : Optional.empty();
    if (limit.isPresent() && returns > limit.get()) {
      overflow.drop(this, entry.content(), "delivery_limit");
    } else {
      ready.add(entry);
    }
  }

  /** Nobody can do anything with it. */
  void rejected(Entry entry) {
    unacked--;
    overflow.drop(this, entry.content(), "rejected");
  }

  int purge() {
    int count = ready();
    ready.clear();
    return count;
  }
}
