package io.macpool.worker.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes in order and keeps each message until the broker confirms it: what was unconfirmed when
 * a connection is lost goes out again, first, on the next. So nothing is lost or out of order; a
 * message may come twice. Memory is bounded by its users: each waits for confirms before it gives
 * more.
 */
final class AmqpPublisher implements AutoCloseable {

  /** Declares what must exist before anything is published. */
  @FunctionalInterface
  interface Topology {
    void declare(Channel channel) throws IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(AmqpPublisher.class);

  private record Message(
      String exchange,
      String key,
      BasicProperties properties,
      Bytes body,
      CompletableFuture<Void> safe) {}

  /** Wrapped so that the record has no array. */
  private static final class Bytes {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  private final String name;
  private final Topology topology;
  private final ExecutorService thread;
  private final Deque<Message> waiting = new ArrayDeque<>();
  private final NavigableMap<Long, Message> unconfirmed = new TreeMap<>();
  private Channel channel;
  private boolean sending;
  private boolean closed;

  AmqpPublisher(String name, AmqpConnection connection, Topology topology) {
    this.name = name;
    this.topology = topology;
    this.thread =
        Executors.newSingleThreadExecutor(work -> AmqpConnection.thread(name + "-publish", work));
    connection.onConnected(this::restart);
  }

  /** Completes when the broker has confirmed; fails only if this publisher closes before. */
  CompletableFuture<Void> publish(
      String exchange, String key, BasicProperties properties, byte[] body) {
    Message message =
        new Message(exchange, key, properties, new Bytes(body), new CompletableFuture<>());
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(closing());
      }
      waiting.add(message);
      sendSoon();
    }
    return message.safe();
  }

  private void restart(Connection connection) {
    try {
      thread.execute(() -> open(connection));
    } catch (RejectedExecutionException e) {
      log.debug("{} closes: stays on the old connection", name);
    }
  }

  private void open(Connection connection) {
    try {
      Channel opened = connection.createChannel();
      if (opened == null) {
        throw new IOException("the connection has no channel left");
      }
      topology.declare(opened);
      opened.confirmSelect();
      opened.addConfirmListener(
          (tag, multiple) -> confirmed(opened, tag, multiple),
          (tag, multiple) -> refused(opened, tag, multiple));
      synchronized (this) {
        channel = opened;
        while (!unconfirmed.isEmpty()) {
          waiting.addFirst(unconfirmed.pollLastEntry().getValue());
        }
        sendSoon();
      }
    } catch (IOException | RuntimeException e) {
      log.warn("{} can't publish on this connection: {}", name, AmqpConnection.phrase(e));
      // A new connection is the one way to a new try: topology errors are told again with it.
      connection.abort();
    }
  }

  private void sendSoon() {
    if (!sending && !closed && channel != null && !waiting.isEmpty()) {
      sending = true;
      thread.execute(this::send);
    }
  }

  private void send() {
    for (Message next = take(); next != null; next = take()) {
      try {
        channel.basicPublish(next.exchange(), next.key(), next.properties(), next.body().bytes);
      } catch (IOException | RuntimeException e) {
        // It is unconfirmed, and goes out again on the next connection.
        log.debug("{} waits for the next connection: {}", name, AmqpConnection.phrase(e));
        stop();
        return;
      }
    }
  }

  private synchronized Message take() {
    Message next = channel != null && channel.isOpen() ? waiting.poll() : null;
    if (next == null) {
      sending = false;
      return null;
    }
    unconfirmed.put(channel.getNextPublishSeqNo(), next);
    return next;
  }

  private synchronized void stop() {
    sending = false;
    channel = null;
  }

  private void confirmed(Channel on, long tag, boolean multiple) {
    Deque<Message> safe = new ArrayDeque<>();
    synchronized (this) {
      if (on != channel) {
        return; // its messages are on their way again
      }
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
  }

  private void refused(Channel on, long tag, boolean multiple) {
    log.warn("{}: the broker did not take message {} (multiple: {})", name, tag, multiple);
    // In order or not at all: everything unconfirmed goes out again on a new connection.
    on.getConnection().abort();
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
    thread.shutdownNow();
    given.forEach(message -> message.safe().completeExceptionally(closing()));
  }
}
