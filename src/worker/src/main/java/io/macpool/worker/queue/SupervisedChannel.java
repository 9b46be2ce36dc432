package io.macpool.worker.queue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel with one purpose, kept open: opened and set up on each connection, and again, after a
 * growing pause, when the broker closes it, when setting it up fails, or when its user says that it
 * serves no more (its consumer was cancelled, a message was refused or returned). None of that
 * costs the connection, which others share.
 */
final class SupervisedChannel implements AutoCloseable {

  /** Makes a new channel fit for its purpose; may block for a while. */
  @FunctionalInterface
  interface Setup {
    void on(Channel channel) throws IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(SupervisedChannel.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final int LOUD_EVERY = 20;

  private final String name;
  private final AmqpConnection connection;
  private final Setup setup;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private Runnable forget = () -> {};
  private @Nullable Channel current;
  private Optional<String> outage = Optional.empty();
  private int failures;
  private boolean opening;
  private boolean closed;

  /**
   * One that is not opened yet.
   *
   * @param name of its purpose, for logs, {@code /ready} and metrics
   */
  SupervisedChannel(String name, AmqpConnection connection, Setup setup, AmqpThreads threads) {
    this.name = name;
    this.connection = connection;
    this.setup = setup;
    this.blocking = threads.blocking();
    this.scheduler = threads.scheduler();
  }

  /** Opens as soon as there is a connection; to be called once who sets it up is complete. */
  void begin() {
    Runnable registered = connection.onConnected(made -> openSoon());
    boolean over;
    synchronized (this) {
      forget = registered;
      over = closed;
    }
    if (over) {
      registered.run();
    }
    openSoon();
  }

  /** The open channel, if there is one. */
  synchronized Optional<Channel> current() {
    return Optional.ofNullable(current).filter(Channel::isOpen);
  }

  /** Why it does not serve; empty if it does, or if only the connection is missing. */
  synchronized Optional<String> outage() {
    return outage.map(why -> name + ": " + why);
  }

  /** It does what it is for: the next pause is short again. */
  synchronized void serves() {
    failures = 0;
    outage = Optional.empty();
  }

  /** This channel does not serve any more, though the broker may think it does. */
  void reopen(Channel which, String why) {
    synchronized (this) {
      if (which != current) {
        return;
      }
      current = null;
    }
    // Returns and nacks are heard on the connection's own thread: to wait there for the answer to
    // a close is to wait until the client gives up.
    abortSoon(which);
    failed(why);
  }

  /** Gives this channel away, to live on unsupervised; then opens another. */
  void replace(Channel which) {
    release(which);
    openSoon();
  }

  /** Gives this channel away, and opens no other. */
  void giveAway(Channel which) {
    release(which);
    close();
  }

  /** Opens no other any more, and gives away the one that is open, if there is one. */
  Optional<Channel> retire() {
    Channel last;
    Runnable registered;
    synchronized (this) {
      closed = true;
      last = current;
      current = null;
      registered = forget;
    }
    registered.run();
    return Optional.ofNullable(last);
  }

  /** Lets go of this channel, which lives on unsupervised, and does not open another yet. */
  void release(Channel which) {
    synchronized (this) {
      if (which == current) {
        current = null;
      }
    }
  }

  private void openSoon() {
    try {
      blocking.execute(this::open);
    } catch (RejectedExecutionException e) {
      log.debug("{}: the worker closes", name);
    }
  }

  private void open() {
    Optional<Connection> on = connection.current();
    synchronized (this) {
      if (closed || opening || on.isEmpty() || (current != null && current.isOpen())) {
        return;
      }
      opening = true;
    }
    Channel opened = null;
    try {
      opened = on.get().createChannel();
      if (opened == null) {
        throw new IOException("the connection has no channel left: lower the pool size");
      }
      Channel supervised = opened;
      synchronized (this) {
        current = opened;
      }
      opened.addShutdownListener(cause -> lost(supervised, cause));
      setup.on(opened);
      opened();
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        opening = false;
        current = null;
      }
      if (opened != null) {
        abort(opened);
      }
      if (connection.current().isPresent()) {
        failed(AmqpConnection.phrase(e.getCause() == null ? e : e.getCause()));
      }
    }
  }

  private void opened() {
    boolean again;
    boolean lostMeanwhile;
    synchronized (this) {
      opening = false;
      again = failures > 0;
      outage = Optional.empty();
      lostMeanwhile = current == null || !current.isOpen();
    }
    if (again) {
      log.info("{}: the channel is open again", name);
    }
    if (lostMeanwhile) {
      openSoon();
    }
  }

  private void lost(Channel which, ShutdownSignalException cause) {
    synchronized (this) {
      if (which != current || opening) {
        return; // given away, or whoever opens it sees it
      }
      current = null;
      if (closed || cause.isInitiatedByApplication()) {
        return;
      }
    }
    ConsumerTimeout.explain(cause);
    if (!cause.isHardError()) {
      failed(AmqpConnection.phrase(cause));
    }
  }

  private void failed(String why) {
    long pause;
    synchronized (this) {
      if (closed) {
        return;
      }
      failures++;
      outage = Optional.of(why);
      if (failures == 1 || failures % LOUD_EVERY == 0) {
        log.warn("{}: {}; the channel is opened again (try {})", name, why, failures);
      }
      long full =
          Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(failures, 10));
      pause = full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
    }
    try {
      ScheduledFuture<?> unused = scheduler.schedule(this::openSoon, pause, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("{}: the worker closes", name);
    }
  }

  /** Closes a channel, whatever state it is in. */
  static void abort(Channel channel) {
    try {
      channel.abort();
    } catch (IOException | RuntimeException e) {
      log.debug("a channel ended with its connection: {}", AmqpConnection.phrase(e));
    }
  }

  @Override
  public void close() {
    retire().ifPresent(this::abortSoon);
  }

  /** Not here: a broker that reads nothing, for an alarm, answers no close, and that may last. */
  private void abortSoon(Channel which) {
    try {
      blocking.execute(() -> abort(which));
    } catch (RejectedExecutionException e) {
      log.debug("{}: the worker closes, and its channels with their connection", name);
    }
  }
}
