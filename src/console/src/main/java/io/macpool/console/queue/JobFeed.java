package io.macpool.console.queue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.macpool.console.jobs.JobState;
import io.macpool.core.FailureWords;
import io.macpool.core.Observed;
import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what workers tell of jobs, with a queue of its own on their topic exchange; what is told
 * while it is not connected is missed. It looks every few seconds whether it is, and connects anew
 * if not.
 */
public final class JobFeed implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(JobFeed.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(3);
  private static final int MOST_QUEUED = 10_000;
  private static final int MOST_BYTES = 16 << 10;

  private final ConnectionFactory factory;
  private final String exchange;
  private final Consumer<JobState> listener;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(JobFeed::thread);
  private @Nullable Connection connection;
  private volatile Observed<Boolean> hears;

  /**
   * Does not connect yet.
   *
   * @throws IllegalArgumentException if the URI can't be used, without showing it: it holds a
   *     password
   */
  public JobFeed(Secret uri, String exchange, Consumer<JobState> listener, Clock clock) {
    this.factory = factory(PeerUrl.parse(uri.reveal(), Set.of("amqp", "amqps")));
    this.exchange = exchange;
    this.listener = listener;
    this.clock = clock;
    this.hears = Observed.unknown("not connected yet", clock.instant());
  }

  private static ConnectionFactory factory(PeerUrl peer) {
    ConnectionFactory factory = new ConnectionFactory();
    boolean tls = peer.scheme().equals("amqps");
    if (tls) {
      try {
        factory.useSslProtocol(SSLContext.getDefault());
        factory.enableHostnameVerification();
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalArgumentException("this JVM has no TLS", e);
      }
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
    factory.setThreadFactory(JobFeed::thread);
    return factory;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "job-events");
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to listen. */
  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
  public void start() {
    timer.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether it hears now what is told, or why not and since when. */
  public Observed<Boolean> hears() {
    return hears;
  }

  private void look() {
    if (connection != null && connection.isOpen() && hears.isKnown()) {
      return;
    }
    try {
      abort();
      connection = factory.newConnection("macpool-console");
      listen(connection);
      log.info("jobs are heard on exchange {}", exchange);
      hears = Observed.known(true, clock.instant());
    } catch (IOException | TimeoutException | RuntimeException e) {
      deaf(FailureWords.of(e));
    }
  }

  private synchronized void deaf(String why) {
    Observed<Boolean> before = hears;
    boolean news = before.match(known -> true, unknown -> !unknown.cause().equals(why));
    hears =
        Observed.unknown(why, before.match(known -> clock.instant(), unknown -> unknown.since()));
    if (news) {
      log.warn("jobs are not heard: {}; connect again in {} s", why, LOOK_EVERY.toSeconds());
    }
  }

  private void listen(Connection on) throws IOException {
    Channel channel = on.createChannel();
    if (channel == null) {
      throw new IOException("the AMQP broker has no channel left");
    }
    channel.exchangeDeclare(exchange, BuiltinExchangeType.TOPIC, true);
    // The oldest goes first: a console that is slow must not fill the broker.
    String queue =
        channel.queueDeclare("", false, true, true, Map.of("x-max-length", MOST_QUEUED)).getQueue();
    channel.queueBind(queue, exchange, "job.#");
    String unused =
        channel.basicConsume(
            queue,
            true,
            new DefaultConsumer(channel) {
              @Override
              public void handleDelivery(
                  String tag, Envelope envelope, BasicProperties properties, byte[] body) {
                take(body);
              }

              @Override
              public void handleCancel(String tag) {
                deaf("the AMQP broker cancelled the consumer");
              }
            });
    channel.addShutdownListener(cause -> deaf("the channel was closed: " + cause.getReason()));
  }

  private void take(byte[] body) {
    if (body.length > MOST_BYTES) {
      return;
    }
    try {
      JsonNode event = JSON.readTree(body);
      JobState.read(event).ifPresent(listener);
    } catch (IOException e) {
      log.debug("something on exchange {} is not JSON", exchange);
    }
  }

  private void abort() {
    if (connection != null) {
      connection.abort((int) TIMEOUT.toMillis());
      connection = null;
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    try {
      if (!timer.awaitTermination(TIMEOUT.toSeconds() * 2, TimeUnit.SECONDS)) {
        log.warn("the connection to the AMQP broker does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    abort();
  }
}
