package io.macpool.operator.queue;

import io.macpool.core.Observed;
import io.macpool.operator.queue.QueueDepth.Depth;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the depth of every followed queue: one thread, one broker connection. A depth that can't be
 * read is believed for a while and then unknown.
 */
public final class QueuePoller implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(QueuePoller.class);

  private final Optional<QueueDepth> source;
  private final Duration tolerated;
  private final Clock clock;
  private final Consumer<String> changed;
  private final Map<String, Observed<Depth>> depths = new ConcurrentHashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "queue-depth"));

  private final ScheduledFuture<?> polling;

  /**
   * Starts polling.
   *
   * @param source nothing if no broker is set: every depth is unknown
   * @param changed is told the name of a queue whose depth is another than before
   */
  public QueuePoller(
      Optional<QueueDepth> source,
      Duration interval,
      Duration tolerated,
      Clock clock,
      Consumer<String> changed) {
    this.source = source;
    this.tolerated = tolerated;
    this.clock = clock;
    this.changed = changed;
    polling =
        thread.scheduleWithFixedDelay(
            this::poll, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The depth of a queue, followed from the first time that it is asked for. */
  public Observed<Depth> depth(String queue) {
    return depths.computeIfAbsent(
        queue,
        name -> {
          if (source.isPresent()) {
            thread.execute(() -> look(source.get(), name));
          }
          return Observed.unknown(
              source.isPresent() ? "not read yet" : "no AMQP or management URI is set",
              clock.instant());
        });
  }

  /** What is known of every followed queue. */
  public Map<String, Observed<Depth>> depths() {
    return Map.copyOf(depths);
  }

  /** Follows only these from now on. */
  public void keepOnly(java.util.Collection<String> queues) {
    depths.keySet().retainAll(queues);
  }

  private void poll() {
    source.ifPresent(broker -> depths.keySet().forEach(queue -> look(broker, queue)));
  }

  private void look(QueueDepth broker, String queue) {
    Observed<Depth> before = depths.get(queue);
    if (before == null) {
      return;
    }
    Observed<Depth> after;
    try {
      after = Observed.known(broker.read(queue), clock.instant());
    } catch (IOException e) {
      after = before.afterFailure(String.valueOf(e.getMessage()), tolerated, clock.instant());
      if (before.isKnown() && !after.isKnown()) {
        log.warn("the depth of queue {} is unknown, its clusters hold: {}", queue, e.getMessage());
      }
    } catch (RuntimeException e) {
      // An exception would end the schedule, and with it every queue's polling.
      after = before.afterFailure(String.valueOf(e.getMessage()), tolerated, clock.instant());
      log.warn("reading the depth of queue {} failed", queue, e);
    }
    if (depths.replace(queue, after) != null && !before.toOptional().equals(after.toOptional())) {
      changed.accept(queue);
    }
  }

  @Override
  public void close() {
    polling.cancel(true);
    thread.shutdownNow();
    try {
      thread.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    source.ifPresent(QueueDepth::close);
  }
}
