package io.macpool.worker.queue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues and exchanges that others may have declared, with arguments of their own: they are asked
 * for, and taken as they are; only what is not there is declared. All methods wait for the broker.
 */
final class Declarations {

  private static final Logger log = LoggerFactory.getLogger(Declarations.class);

  /** Its node is down; its process did not answer, is stopped, or has crashed. */
  private static final Pattern OUT_OF_REACH =
      Pattern.compile(
          "down or inaccessible|due to timeout|stopped by supervisor|has crashed and failed");

  private Declarations() {}

  /** Something to do on a channel that may be lost by it. */
  interface Work<T> {
    T on(Channel channel) throws IOException;
  }

  /** Makes sure that there is such a queue: durable and for everybody, if it has to be made. */
  static void queue(Connection connection, String name) throws IOException {
    if (!isThere(connection, channel -> channel.queueDeclarePassive(name))) {
      with(connection, channel -> channel.queueDeclare(name, true, false, false, null));
      log.info("queue {} was not there: declared", name);
    }
  }

  /** Makes sure that there is such an exchange. */
  static void exchange(Connection connection, String name, String type, boolean durable)
      throws IOException {
    if (!isThere(connection, channel -> channel.exchangeDeclarePassive(name))) {
      with(connection, channel -> channel.exchangeDeclare(name, type, durable, false, Map.of()));
      log.info("exchange {} was not there: declared", name);
    }
  }

  /** Whether the passive declare finds something. */
  static boolean isThere(Connection connection, Work<?> passive) throws IOException {
    try {
      with(connection, passive);
      return true;
    } catch (IOException e) {
      if (isAbsent(e)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Whether the broker says that there is no such thing. It answers 404, too, for a queue that is
   * there and out of reach: that is no answer.
   */
  static boolean isAbsent(IOException failure) {
    Optional<AMQP.Channel.Close> close = refusal(failure);
    return close.isPresent()
        && close.get().getReplyCode() == AMQP.NOT_FOUND
        && !OUT_OF_REACH.matcher(close.get().getReplyText()).find();
  }

  /** Why the broker closed the channel, if that is what a failure is about. */
  static Optional<AMQP.Channel.Close> refusal(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ShutdownSignalException signal
          && signal.getReason() instanceof AMQP.Channel.Close close) {
        return Optional.of(close);
      }
    }
    return Optional.empty();
  }

  /** Does it on a channel of its own. */
  static <T> T with(Connection on, Work<T> work) throws IOException {
    Channel channel = on.createChannel();
    if (channel == null) {
      throw new IOException("the connection has no channel left");
    }
    try {
      T result = work.on(channel);
      channel.close();
      return result;
    } catch (TimeoutException | ShutdownSignalException e) {
      throw new IOException(AmqpConnection.phrase(e), e);
    } finally {
      if (channel.isOpen()) {
        channel.abort();
      }
    }
  }
}
