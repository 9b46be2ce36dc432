package io.macpool.sim.amqp.rabbit;

/** Somebody who wants a queue's messages. Guarded by the virtual host's lock. */
final class QueueConsumer {

  private final BrokerChannel channel;
  private final String tag;
  private final RabbitQueue queue;
  private final Terms terms;
  private int held;

  /** A consumer that holds nothing yet. */
  QueueConsumer(BrokerChannel channel, String tag, RabbitQueue queue, Terms terms) {
    this.channel = channel;
    this.tag = tag;
    this.queue = queue;
    this.terms = terms;
  }

  /**
   * What it asked for.
   *
   * @param acksByItself whether a message counts as settled when it is sent
   * @param prefetch how many it may hold; 0: any number
   */
  record Terms(boolean acksByItself, boolean exclusive, int priority, int prefetch) {}

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
    return terms.acksByItself();
  }

  boolean isExclusive() {
    return terms.exclusive();
  }

  int priority() {
    return terms.priority();
  }

  boolean hasRoom() {
    return (terms.prefetch() == 0 || held < terms.prefetch()) && channel.hasRoom();
  }

  void holds(int change) {
    held += change;
  }
}
