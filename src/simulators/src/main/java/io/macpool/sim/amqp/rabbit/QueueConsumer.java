package io.macpool.sim.amqp.rabbit;

/** Somebody who wants a queue's messages. Guarded by the virtual host's lock. */
final class QueueConsumer {

  private final BrokerChannel channel;
  private final String tag;
  private final RabbitQueue queue;
  private final boolean acksByItself;
  private final boolean exclusive;
  private final int priority;
  private final int prefetch;
  private int held;

  /**
   * A consumer that holds nothing yet.
   *
   * @param acksByItself whether a message counts as settled when it is sent
   * @param prefetch how many it may hold; 0: any number
   */
  QueueConsumer(
      BrokerChannel channel,
      String tag,
      RabbitQueue queue,
      boolean acksByItself,
      boolean exclusive,
      int priority,
      int prefetch) {
    this.channel = channel;
    this.tag = tag;
    this.queue = queue;
    this.acksByItself = acksByItself;
    this.exclusive = exclusive;
    this.priority = priority;
    this.prefetch = prefetch;
  }

  BrokerChannel channel() {
    return channel;
  }

  String tag() {
    return tag;
  }

  RabbitQueue queue() {
    return queue;
  }

  boolean acksByItself() {
    return acksByItself;
  }

  boolean isExclusive() {
    return exclusive;
  }

  int priority() {
    return priority;
  }

  boolean hasRoom() {
    return (prefetch == 0 || held < prefetch) && channel.hasRoom();
  }

  void holds(int change) {
    held += change;
  }
}
