package io.macpool.operator.queue;

import com.rabbitmq.client.AMQP.Queue;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Command;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.AMQChannel;
import com.rabbitmq.client.impl.RpcWrapper;
import io.macpool.core.FailureWords;
import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Deque;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Depth by a passive {@code queue.declare} on one connection. RabbitMQ counts the ready messages
 * there; the unacked ones are what the workers run, which the operator knows from them.
 */
public final class AmqpQueueDepth implements QueueDepth {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(AmqpQueueDepth.class);

  private final ConnectionFactory factory;
  private final Deque<Channel> idle = new ConcurrentLinkedDeque<>();
  private @Nullable Connection connection;

  /**
   * Does not connect yet.
   *
   * @throws IllegalArgumentException if the URI can't be used, without showing it: it holds a
   *     password
   */
  public AmqpQueueDepth(Secret uri) {
    PeerUrl peer = PeerUrl.parse(uri.reveal(), Set.of("amqp", "amqps"));
    boolean tls = peer.scheme().equals("amqps");
    factory = new ConnectionFactory();
    try {
      if (tls) {
        factory.useSslProtocol(javax.net.ssl.SSLContext.getDefault());
        factory.enableHostnameVerification();
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalArgumentException("this JVM has no TLS", e);
    }
    factory.setHost(peer.host());
    factory.setPort(
        peer.portOr(
            tls
                ? ConnectionFactory.DEFAULT_AMQP_OVER_SSL_PORT
                : ConnectionFactory.DEFAULT_AMQP_PORT));
    factory.setUsername(peer.user().orElse(ConnectionFactory.DEFAULT_USER));
    factory.setPassword(peer.password().orElse(ConnectionFactory.DEFAULT_PASS));
    // No path, or a lone slash, is the virtual host "/", as with the workers.
    factory.setVirtualHost(
        peer.path().length() < 2
            ? ConnectionFactory.DEFAULT_VHOST
            : PeerUrl.decode(peer.path().substring(1)));
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout((int) TIMEOUT.toMillis());
    factory.setHandshakeTimeout((int) TIMEOUT.toMillis());
    factory.setChannelRpcTimeout((int) TIMEOUT.toMillis());
    factory.setRequestedHeartbeat(10);
    factory.setThreadFactory(
        task -> {
          Thread thread = new Thread(task, "queue-depth-amqp");
          thread.setDaemon(true);
          return thread;
        });
  }

  @Override
  public Depth read(String queue) throws IOException {
    return ask(queue).join().depth();
  }

  /** Many questions under way cost a quarter of as many that wait for each other. */
  @Override
  public CompletableFuture<Answer> ask(String queue) {
    try {
      Channel channel = channel(connection());
      if (channel == null) {
        throw new IOException("the broker has no channel left for reading the depth of " + queue);
      }
      return channel
          .asyncCompletableRpc(new Queue.Declare.Builder().queue(queue).passive().build())
          .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .handle((answer, failure) -> () -> depth(queue, channel, answer, failure));
    } catch (ShutdownSignalException e) {
      return failed(silent(queue, e));
    } catch (IOException e) {
      return failed(e);
    }
  }

  private static CompletableFuture<Answer> failed(IOException why) {
    return CompletableFuture.completedFuture(
        () -> {
          throw why;
        });
  }

  private static IOException silent(String queue, @Nullable Throwable cause) {
    return new IOException("the broker did not answer for queue " + queue, cause);
  }

  private Depth depth(String queue, Channel channel, Command answer, @Nullable Throwable failure)
      throws IOException {
    if (failure == null && answer.getMethod() instanceof Queue.DeclareOk declared) {
      idle.push(channel);
      return new Depth(declared.getMessageCount(), unacked(channel.getConnection()));
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof ShutdownSignalException signal) {
      throw signal.isHardError()
          ? silent(queue, signal)
          : new IOException("queue " + queue + ": " + signal.getReason(), signal);
    }
    abort(channel);
    throw silent(queue, cause);
  }

  /**
   * One that nobody uses: to open and close a channel for each look takes three times as many
   * calls. Asking for a queue that is not there closes the channel, so there may be none.
   */
  private @Nullable Channel channel(Connection open) throws IOException {
    for (Channel kept = idle.poll(); kept != null; kept = idle.poll()) {
      if (kept.isOpen() && kept.getConnection() == open) {
        return kept;
      }
    }
    return open.createChannel();
  }

  /** One whose answer did not come in time would give it to the next question. */
  private static void abort(Channel channel) {
    if (channel instanceof AMQChannel waiting) {
      RpcWrapper unused =
          waiting.nextOutstandingRpc(); // or the close would wait behind it for ever
    }
    try {
      channel.abort();
    } catch (IOException | AlreadyClosedException e) {
      log.debug("a channel ended with its connection", e);
    }
  }

  /** Qpid Broker-J counts the unacked messages in, RabbitMQ does not. */
  private static OptionalLong unacked(Connection connection) {
    Object product = connection.getServerProperties().get("product");
    return String.valueOf(product).toLowerCase(Locale.ROOT).contains("qpid")
        ? OptionalLong.of(0)
        : OptionalLong.empty();
  }

  private synchronized Connection connection() throws IOException {
    if (connection == null || !connection.isOpen()) {
      try {
        connection = factory.newConnection("worker-operator");
      } catch (TimeoutException e) {
        throw new IOException("no connection to the AMQP broker at " + place() + " within 5s", e);
      } catch (IOException e) {
        throw new IOException(
            "no connection to the AMQP broker at " + place() + ": " + FailureWords.of(e), e);
      }
    }
    return connection;
  }

  private String place() {
    return factory.getHost() + ":" + factory.getPort();
  }

  @Override
  public synchronized void close() {
    if (connection != null) {
      try {
        connection.close((int) TIMEOUT.toMillis());
      } catch (IOException | AlreadyClosedException e) {
        connection.abort((int) TIMEOUT.toMillis());
      }
    }
  }
}
