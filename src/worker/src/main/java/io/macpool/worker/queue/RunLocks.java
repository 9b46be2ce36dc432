package io.macpool.worker.queue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who runs which job, where every worker can see it: an exclusive queue for each, which the broker
 * grants to one connection alone and takes away with it. A closed channel does not touch it. After
 * a lost connection the locks are taken again; one that somebody else has for longer than a lease
 * is somebody else's: our job has to stop.
 */
final class RunLocks {

  private static final Logger log = LoggerFactory.getLogger(RunLocks.class);
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final int MONITORS = 64;

  /** For so long a mark stays that nobody takes away; a message given back is the queue's first. */
  private static final Duration MARK_KEPT = Duration.ofHours(1);

  private final AmqpConnection connection;
  private final Duration lease;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private final Map<String, Connection> held = new ConcurrentHashMap<>();

  /** What is held here and what the broker has change together: each key has one of these. */
  private final Object[] monitors = Stream.generate(Object::new).limit(MONITORS).toArray();

  private volatile Consumer<String> onTaken = key -> {};
  private volatile Ends ends = key -> false;
  private volatile boolean refused;

  /** Locks on one connection; lost ones are taken again after each reconnect. */
  RunLocks(AmqpConnection connection, Duration lease, AmqpThreads threads) {
    this.connection = connection;
    this.lease = lease;
    this.blocking = threads.blocking();
    this.scheduler = threads.scheduler();
    Runnable unused =
        connection.onConnected(
            made -> {
              long until = System.nanoTime() + lease.toNanos();
              held.keySet().forEach(key -> retakeSoon(key, until));
            });
  }

  /** Who is told, with the key, when a job that runs here is another's by now. */
  void onTaken(Consumer<String> listener) {
    onTaken = listener;
  }

  /** Says whether the end of a job is written down. */
  @FunctionalInterface
  interface Ends {
    boolean isEnded(String key) throws IOException;
  }

  /** Where to look, after a lock was regained, whether somebody has ended the job meanwhile. */
  void lookForEnds(Ends where) {
    ends = where;
  }

  /** This user may not declare such queues: every lock is granted, and nobody else is seen. */
  void refuse(boolean isRefused) {
    refused = isRefused;
  }

  private Object monitor(String key) {
    return monitors[Math.floorMod(key.hashCode(), MONITORS)];
  }

  private static String name(String key) {
    return key + ".run";
  }

  private static String mark(String key) {
    return key + ".free";
  }

  /**
   * Marks a message as free: who had it gives it back and runs nothing of it, so nobody need wait
   * for a runner to come back.
   *
   * @param holds the channel that holds the message, and on which it is given back next
   */
  void markFree(Channel holds, String key) throws IOException {
    if (!refused) {
      AMQP.Queue.DeclareOk unused =
          holds.queueDeclare(
              mark(key),
              true,
              false,
              false,
              Map.of("x-expires", Math.toIntExact(MARK_KEPT.toMillis())));
    }
  }

  /** Whether whoever had the message last marked it as free. */
  boolean isMarkedFree(String key) throws IOException {
    return !refused
        && Declarations.isThere(current(), channel -> channel.queueDeclarePassive(mark(key)));
  }

  /** Before a run begins: the mark must not speak for it. */
  void unmark(String key) throws IOException {
    if (!refused) {
      AMQP.Queue.DeleteOk unused =
          Declarations.with(current(), channel -> channel.queueDelete(mark(key)));
    }
  }

  private Connection current() throws IOException {
    return connection.current().orElseThrow(() -> new IOException("there is no connection"));
  }

  /** Whether this process runs it. */
  boolean isHeld(String key) {
    return held.containsKey(key);
  }

  /**
   * Takes the lock; false if another connection has it.
   *
   * @throws IOException if the broker can't tell
   */
  boolean take(String key) throws IOException {
    Connection on = current();
    synchronized (monitor(key)) {
      if (!refused && !declare(on, key)) {
        return false;
      }
      held.put(key, on);
      return true;
    }
  }

  /** Whether another connection has it. */
  boolean isElsewhere(String key) throws IOException {
    Connection on = current();
    if (refused) {
      return false;
    }
    try {
      return Declarations.isThere(on, channel -> channel.queueDeclarePassive(name(key)));
    } catch (IOException e) {
      if (isLocked(e)) {
        return true;
      }
      throw e;
    }
  }

  /** The job is over here. */
  void release(String key) {
    if (held.remove(key) == null || refused) {
      return;
    }
    try {
      blocking.execute(() -> delete(key));
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: its locks go with its connection");
    }
  }

  private void delete(String key) {
    Optional<Connection> on = connection.current();
    synchronized (monitor(key)) {
      try {
        if (on.isPresent() && !held.containsKey(key)) {
          AMQP.Queue.DeleteOk unused =
              Declarations.with(on.get(), channel -> channel.queueDelete(name(key)));
        }
      } catch (IOException e) {
        log.debug("a lock was not released: {}", AmqpConnection.phrase(e));
      }
    }
  }

  private static boolean declare(Connection on, String key) throws IOException {
    try {
      AMQP.Queue.DeclareOk unused =
          Declarations.with(
              on, channel -> channel.queueDeclare(name(key), false, true, false, null));
      return true;
    } catch (IOException e) {
      if (isLocked(e)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isLocked(IOException failure) {
    return Declarations.refusal(failure)
        .filter(close -> close.getReplyCode() == AMQP.RESOURCE_LOCKED)
        .isPresent();
  }

  private void retakeSoon(String key, long until) {
    try {
      blocking.execute(() -> retake(key, until));
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: its locks go with its connection");
    }
  }

  /** It may be our own old connection that has it still, until the broker finds it dead. */
  private void retake(String key, long until) {
    Optional<Connection> on = connection.current();
    try {
      boolean regained;
      synchronized (monitor(key)) {
        if (on.isEmpty() || !held.containsKey(key)) {
          return; // over, or the next connection will call
        }
        regained = refused || declare(on.get(), key);
        if (regained) {
          held.replace(key, on.get());
        }
      }
      if (regained) {
        if (ends.isEnded(key)) {
          log.warn("another worker ended what runs here while the job broker was out of reach");
          onTaken.accept(key);
        }
        return;
      }
    } catch (IOException e) {
      log.debug("a lock is not taken again yet: {}", AmqpConnection.phrase(e));
    }
    if (System.nanoTime() - until > 0) {
      log.warn("another worker runs what ran here while the job broker was out of reach");
      held.remove(key);
      onTaken.accept(key);
      return;
    }
    try {
      ScheduledFuture<?> unused =
          scheduler.schedule(() -> retakeSoon(key, until), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: its locks go with its connection");
    }
  }

  Duration lease() {
    return lease;
  }
}
