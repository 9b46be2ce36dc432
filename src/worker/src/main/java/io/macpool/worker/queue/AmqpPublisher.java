package io.macpool.worker.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.macpool.service.SteadyClock;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Date;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes in order and keeps each message until the broker confirms it: what was unconfirmed when
 * its channel is lost, or a message is refused or returned, goes out again, first, on the next
 * channel. So nothing is lost or out of order; a message may come twice. Memory is bounded by its
 * users: each waits for confirms before it gives more.
 */
final class AmqpPublisher implements AutoCloseable {

  /** Declares what must exist before anything is published. */
  @FunctionalInterface
  interface Topology {
    void declare(Connection connection) throws IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(AmqpPublisher.class);

  private record Message(
      String exchange,
      String key,
      BasicProperties properties,
      Bytes body,
      CompletableFuture<Void> safe) {}

  /** A message and the channel on which its number counts. */
  private record Outgoing(Message message, Channel on) {}

  /** Wrapped so that the record has no array. */
  private static final class Bytes {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  private final String name;
  private final Topology topology;
  private final boolean mandatory;
  private final SupervisedChannel supervised;
  private final ExecutorService thread;
  private final Deque<Message> waiting = new ArrayDeque<>();
  private final NavigableMap<Long, Message> unconfirmed = new TreeMap<>();
  private @Nullable Channel channel;
  private boolean inTrouble;
  private boolean sending;
  private boolean closed;

  /**
   * Opens its channel as soon as there is a connection.
   *
   * @param mandatory whether a message that no queue takes counts as not told: it is kept
   */
  AmqpPublisher(
      String name,
      AmqpConnection connection,
      Topology topology,
      boolean mandatory,
      AmqpThreads threads) {
    this.name = name;
    this.topology = topology;
    this.mandatory = mandatory;
    this.thread =
        Executors.newSingleThreadExecutor(work -> AmqpConnection.thread(name + "-publish", work));
    this.supervised = new SupervisedChannel(name, connection, this::setUp, threads);
    supervised.begin();
  }

  /** Why nothing can be told; empty if all is well, or if only the connection is missing. */
  Optional<String> outage() {
    return supervised.outage();
  }

  /**
   * Completes when the broker has confirmed; fails only if this publisher closes before. A message
   * without a timestamp gets this moment's.
   */
  CompletableFuture<Void> publish(
      String exchange, String key, BasicProperties properties, byte[] body) {
    Message message =
        new Message(exchange, key, stamped(properties), new Bytes(body), new CompletableFuture<>());
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(closing());
      }
      waiting.add(message);
      sendSoon();
    }
    return message.safe();
  }

  private static BasicProperties stamped(BasicProperties properties) {
    return properties.getTimestamp() == null
        ? properties.builder().timestamp(Date.from(SteadyClock.wall().instant())).build()
        : properties;
  }

  private void setUp(Channel opened) throws IOException {
    topology.declare(opened.getConnection());
    opened.confirmSelect();
    opened.addConfirmListener(
        (tag, multiple) -> confirmed(opened, tag, multiple),
        (tag, multiple) -> untold(opened, "the broker refused a message: is its queue full?"));
    opened.addReturnListener(
        message ->
            untold(opened, "no queue takes messages for " + message.getRoutingKey() + " any more"));
    synchronized (this) {
      channel = opened;
      while (!unconfirmed.isEmpty()) {
        waiting.addFirst(unconfirmed.pollLastEntry().getValue());
      }
      sendSoon();
    }
  }

  private void sendSoon() {
    if (!sending && !closed && channel != null && !waiting.isEmpty()) {
      sending = true;
      thread.execute(this::send);
    }
  }

  /** What waits by now leaves in few writes. */
  private void send() {
    @Nullable Channel used = null;
    GatheringConnectionFactory.gather();
    try {
      for (Optional<Outgoing> next = take(); next.isPresent(); next = take()) {
        Message message = next.get().message();
        used = next.get().on();
        used.basicPublish(
            message.exchange(),
            message.key(),
            mandatory,
            message.properties(),
            message.body().bytes);
      }
      if (used != null) {
        GatheringConnectionFactory.flush(used);
      }
    } catch (IOException | RuntimeException e) {
      // It is unconfirmed, and goes out again on the next connection.
      log.debug("{} waits for the next connection: {}", name, AmqpConnection.phrase(e));
      stop(used);
    } finally {
      GatheringConnectionFactory.release();
    }
  }

  /** After trouble one goes ahead, and the others follow when it is confirmed. */
  private synchronized Optional<Outgoing> take() {
    boolean waits = inTrouble && !unconfirmed.isEmpty();
    Channel on = channel;
    Message next = on != null && on.isOpen() && !waits ? waiting.poll() : null;
    if (on == null || next == null) {
      sending = false;
      return Optional.empty();
    }
    unconfirmed.put(on.getNextPublishSeqNo(), next);
    return Optional.of(new Outgoing(next, on));
  }

  /** That channel failed; another one may have taken its place by now, and goes on. */
  private synchronized void stop(@Nullable Channel failed) {
    sending = false;
    if (channel == failed) {
      channel = null;
    }
    sendSoon();
  }

  private void confirmed(Channel on, long tag, boolean multiple) {
    Deque<Message> safe = new ArrayDeque<>();
    synchronized (this) {
      if (on != channel) {
        return; // its messages are on their way again
      }
      inTrouble = false;
      supervised.serves();
      if (multiple) {
        NavigableMap<Long, Message> upTo = unconfirmed.headMap(tag, true);
        safe.addAll(upTo.values());
        upTo.clear();
      } else {
        Message message = unconfirmed.remove(tag);
        if (message != null) {
          safe.add(message);
        }
      }
    }
    safe.forEach(message -> message.safe().complete(null));
    synchronized (this) {
      sendSoon();
    }
  }

  /** In order or not at all: everything unconfirmed goes out again, after a pause. */
  private void untold(Channel on, String why) {
    synchronized (this) {
      if (on != channel) {
        return;
      }
      channel = null;
      inTrouble = true;
    }
    supervised.reopen(on, why);
  }

  private IllegalStateException closing() {
    return new IllegalStateException("the worker ended before the broker confirmed a message");
  }

  @Override
  public void close() {
    Deque<Message> given;
    synchronized (this) {
      closed = true;
      given = new ArrayDeque<>(unconfirmed.values());
      given.addAll(waiting);
      unconfirmed.clear();
      waiting.clear();
    }
    supervised.close();
    thread.shutdownNow();
    given.forEach(message -> message.safe().completeExceptionally(closing()));
  }
}
