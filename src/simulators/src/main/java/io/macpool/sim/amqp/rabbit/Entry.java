package io.macpool.sim.amqp.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.HashMap;
import java.util.Map;

/** A message in one queue. It keeps its place when it comes back. */
final class Entry implements Comparable<Entry> {

  private final Content content;
  private final int priority;
  private final long number;
  private final long expiresAtNanos;
  private int returns;
  private boolean redelivered;

  /**
   * A message not delivered yet.
   *
   * @param number grows with each message of the queue
   * @param expiresAtNanos by {@link System#nanoTime}; {@link Long#MAX_VALUE}: never
   */
  Entry(Content content, int priority, long number, long expiresAtNanos) {
    this.content = content;
    this.priority = priority;
    this.number = number;
    this.expiresAtNanos = expiresAtNanos;
  }

  Content content() {
    return content;
  }

  boolean isRedelivered() {
    return redelivered;
  }

  boolean isExpired(long now) {
    return expiresAtNanos != Long.MAX_VALUE && expiresAtNanos - now <= 0;
  }

  /** It comes back without being settled; returns how often it has by now. */
  int comesBack() {
    redelivered = true;
    return ++returns;
  }

  /** As a consumer sees them: quorum queues tell how often a message came back. */
  BasicProperties properties(boolean tellsReturns) {
    if (!tellsReturns || returns == 0) {
      return content.properties();
    }
    Map<String, Object> headers = new HashMap<>();
    if (content.properties().getHeaders() != null) {
      headers.putAll(content.properties().getHeaders());
    }
    headers.put("x-delivery-count", (long) returns);
    return content.properties().builder().headers(headers).build();
  }

  @Override
  public int compareTo(Entry other) {
    return priority != other.priority
        ? Integer.compare(other.priority, priority)
        : Long.compare(number, other.number);
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(number);
  }
}
