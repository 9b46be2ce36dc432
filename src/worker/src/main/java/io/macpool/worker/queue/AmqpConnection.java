package io.macpool.worker.queue;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one connection to a broker: connects, and connects again, until it is closed. */
public final class AmqpConnection implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AmqpConnection.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration THREADS_END = Duration.ofSeconds(2);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

  /** The same while the broker reads nothing: it will not answer. */
  private static final Duration CLOSE_DEADLINE_IN_ALARM = Duration.ofMillis(500);

  private final String name;
  private final AmqpEndpoint endpoint;
  private final String place;
  private final ConnectionFactory factory;
  private final ScheduledExecutorService scheduler;
  private final ExecutorService connecting;
  private final ExecutorService consumers;
  private final List<Consumer<Connection>> users = new CopyOnWriteArrayList<>();
  private volatile @Nullable Connection current;
  private volatile String outage = "not connected yet";
  private volatile @Nullable String alarm;
  private volatile boolean closed;
  private int failures;

  /**
   * Does not connect yet.
   *
   * @param name of its threads, and what the broker shows
   * @param consumerThreads threads that deliver messages
   */
  public AmqpConnection(
      String name, AmqpEndpoint endpoint, int consumerThreads, ScheduledExecutorService scheduler) {
    this(name, endpoint, endpoint.factory(), consumerThreads, scheduler);
  }

  AmqpConnection(
      String name,
      AmqpEndpoint endpoint,
      ConnectionFactory factory,
      int consumerThreads,
      ScheduledExecutorService scheduler) {
    this.name = name;
    this.endpoint = endpoint;
    this.place = endpoint.place();
    this.factory = factory;
    this.scheduler = scheduler;
    this.connecting = Executors.newSingleThreadExecutor(work -> thread(name + "-connect", work));
    this.consumers =
        Executors.newFixedThreadPool(consumerThreads, work -> thread(name + "-consumer", work));
    factory.setThreadFactory(work -> thread(name + "-io", work));
  }

  /**
   * Adds somebody who needs the connection: told of each one that is made, on a thread that may
   * block for a while.
   *
   * @return tells it no more
   */
  public Runnable onConnected(Consumer<Connection> user) {
    users.add(user);
    return () -> users.remove(user);
  }

  /** Connects in the background. */
  public void start() {
    connecting.execute(this::connect);
  }

  /** The connection of the moment. */
  Optional<Connection> current() {
    Connection connection = current;
    return connection != null && connection.isOpen() ? Optional.of(connection) : Optional.empty();
  }

  /** Why there is none, or why the broker does not read what we write; empty if all is well. */
  public Optional<String> outage() {
    return current().isPresent() ? alarm() : Optional.of(outage);
  }

  /** Why the broker does not read what we write; empty if it does, as far as it has said. */
  public Optional<String> alarm() {
    return Optional.ofNullable(alarm)
        .map(
            why ->
                "%s takes no messages for now, its alarm says: %s. Free memory or disk there"
                    .formatted(place, why));
  }

  private void connect() {
    if (closed) {
      return;
    }
    try {
      Connection connection = factory.newConnection(consumers, "macpool " + name);
      if (closed) {
        end(connection);
        return;
      }
      connection.addShutdownListener(cause -> lost(connection, cause));
      connection.addBlockedListener(this::blocked, this::unblocked);
      alarm = null;
      current = connection;
      if (closed) { // since we looked: whoever closes may have seen none
        end(connection);
        return;
      }
      failures = 0;
      log.info("{} is connected to {}", name, place);
      users.forEach(user -> tell(user, connection));
    } catch (IOException | TimeoutException | RuntimeException e) {
      failures++;
      outage = "can't connect to %s: %s".formatted(place, endpoint.explain(e));
      if (failures == 1 || failures % 20 == 0) {
        log.warn("{} {} (try {})", name, outage, failures);
      }
      connectLater();
    }
  }

  private void blocked(String why) {
    alarm = why;
    log.warn("{}: {}", name, alarm().orElse(why));
  }

  private void unblocked() {
    alarm = null;
    log.info("{}: {} takes messages again", name, place);
  }

  private void tell(Consumer<Connection> user, Connection connection) {
    try {
      user.accept(connection);
    } catch (RuntimeException e) {
      log.warn("{}: a user of the connection to {} failed to start", name, place, e);
    }
  }

  private void lost(Connection connection, ShutdownSignalException cause) {
    if (current == connection) {
      current = null;
      alarm = null;
    }
    if (!closed) {
      outage = "the connection to %s was lost: %s".formatted(place, phrase(cause));
      log.warn("{}: {}", name, outage);
      connectLater();
    }
  }

  private void connectLater() {
    long full =
        Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(failures, 10));
    long pause = full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
    try {
      ScheduledFuture<?> unused =
          scheduler.schedule(() -> connecting.execute(this::connect), pause, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("{} closes: no further connection", name);
    }
  }

  /** A cause without the URI: its message alone. */
  static String phrase(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getMessage() == null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private void end(Connection connection) {
    Duration deadline = alarm == null ? CLOSE_DEADLINE : CLOSE_DEADLINE_IN_ALARM;
    try {
      connection.abort((int) deadline.toMillis());
    } catch (RuntimeException e) {
      log.debug("{}: ending the connection failed", name, e);
    }
  }

  @Override
  public void close() {
    closed = true;
    Connection connection = current;
    if (connection != null) {
      end(connection);
    }
    connecting.shutdown();
    awaitEnd(connecting);
    // In order: the client's own bookkeeping for the channels runs on these threads too.
    consumers.shutdown();
    awaitEnd(consumers);
  }

  private static void awaitEnd(ExecutorService threads) {
    try {
      if (!threads.awaitTermination(THREADS_END.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      threads.shutdownNow();
    }
  }

  static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
