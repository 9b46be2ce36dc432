package io.macpool.operator.queue;

import io.macpool.core.Observed;
import io.macpool.operator.queue.QueueDepth.Depth;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the depth of every queue that is looked at. One thread asks for some at once, and for more
 * as answers come, which is cheapest; each beat of the clock sends another one after whatever is
 * still to be read, so that a queue that is slow delays others by one interval at most, once. Many
 * queues are read more seldom, so that all together cost the broker no more than {@link
 * #MOST_A_SECOND} answers. A depth that was not read again for a while is unknown, whatever became
 * of the reading.
 */
public final class QueuePoller implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(QueuePoller.class);
  private static final int MOST_AT_ONCE = 128;
  private static final int MOST_A_SECOND = 500;
  private static final int ASKED_AT_ONCE = 25;
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final Duration FIRST = Duration.ofMillis(250);
  private static final Duration SHORTEST = Duration.ofMillis(1);

  /** RabbitMQ logs each question for a queue that is not there, and closes a channel for it. */
  private static final Duration REST = Duration.ofSeconds(1);

  private final Optional<QueueDepth> source;
  private final Duration tolerated;
  private final Clock clock;
  private final Consumer<String> changed;
  private final Map<String, Observed<Depth>> depths = new ConcurrentHashMap<>();

  /** Queues that are to be read or are being read, and those of them that nobody reads yet. */
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  /** Who waits for the first reading of a queue. */
  private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();

  private final Queue<String> due = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "queue-depth-timer"));
  private final AtomicInteger number = new AtomicInteger();
  private final ExecutorService readers =
      new ThreadPoolExecutor(
          0,
          MOST_AT_ONCE,
          30,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> daemon(task, "queue-depth-" + number.incrementAndGet()));

  private final ScheduledFuture<?> polling;
  private final Duration interval;

  /** However many there are: what is not read in time is unknown. */
  private final Duration longest;

  /** Until when each queue that could not be read is left alone. */
  private final Map<String, Long> resting = new ConcurrentHashMap<>();

  // The timer's own.
  private long beats;

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
    longest = shorter(LONGEST, tolerated.dividedBy(3));
    Duration least = shorter(source.map(QueueDepth::atMostEvery).orElse(SHORTEST), longest);
    this.interval = interval.compareTo(least) < 0 ? least : interval;
    long millis = this.interval.toMillis();
    polling = timer.scheduleWithFixedDelay(this::poll, millis, millis, TimeUnit.MILLISECONDS);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Whether a broker is set at all. */
  public boolean hasSource() {
    return source.isPresent();
  }

  /**
   * The depth of a queue, looked at from the first time that it is asked for. The first one waits a
   * little for the answer: a round without it would have to be made again.
   */
  public Observed<Depth> depth(String queue) {
    Observed<Depth> seen = depths.get(queue);
    if (seen == null) {
      depths.computeIfAbsent(
          queue,
          name ->
              Observed.unknown(
                  hasSource() ? "not read yet" : "no AMQP or management URI is set",
                  clock.instant()));
      source.ifPresent(broker -> readFirst(broker, queue));
      seen = depths.get(queue);
    }
    return seen == null ? Observed.unknown("not looked at", clock.instant()) : aged(seen);
  }

  private void readFirst(QueueDepth broker, String queue) {
    CountDownLatch read = awaited.computeIfAbsent(queue, name -> new CountDownLatch(1));
    enqueue(queue);
    send(broker);
    try {
      if (!read.await(FIRST.toMillis(), TimeUnit.MILLISECONDS)) {
        log.debug("the depth of queue {} was not there within {}", queue, FIRST);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      awaited.remove(queue, read);
    }
  }

  /** What is known of every queue that is looked at. */
  public Map<String, Observed<Depth>> depths() {
    Map<String, Observed<Depth>> now = new TreeMap<>();
    depths.forEach((queue, depth) -> now.put(queue, aged(depth)));
    return now;
  }

  /** As it is now: what was unknown keeps its cause. */
  private Observed<Depth> aged(Observed<Depth> depth) {
    if (!depth.isKnown()) {
      return depth;
    }
    return depth.afterFailure("it was not read again in time", tolerated, clock.instant());
  }

  /** Looks at these alone from now on. */
  public void keepOnly(Collection<String> queues) {
    depths.keySet().retainAll(queues);
    resting.keySet().retainAll(queues);
  }

  private void poll() {
    if (source.isEmpty()) {
      return;
    }
    if (beats++ % beatsBetweenReads() == 0) {
      long now = System.nanoTime();
      depths.keySet().stream()
          .filter(queue -> now - resting.getOrDefault(queue, now) >= 0)
          .forEach(this::enqueue);
    }
    if (!due.isEmpty()) {
      send(source.get());
    }
  }

  private long beatsBetweenReads() {
    Duration all = shorter(Duration.ofSeconds(depths.size()).dividedBy(MOST_A_SECOND), longest);
    return 1 + all.minusNanos(1).dividedBy(interval);
  }

  private void enqueue(String queue) {
    if (underWay.add(queue)) {
      due.add(queue);
    }
  }

  private void send(QueueDepth broker) {
    try {
      readers.execute(() -> readDue(broker));
    } catch (RejectedExecutionException e) {
      // All readers wait for answers: the next who is free reads what is due; meanwhile it ages.
      log.debug("no thread is free to read {} queues", due.size(), e);
    }
  }

  /** Asks for what is due, some at once, and takes the answers as they come. */
  private void readDue(QueueDepth broker) {
    BlockingQueue<Answered> answers = new LinkedBlockingQueue<>();
    int asked = 0;
    while (true) {
      Answered answered = answers.poll();
      String queue = answered == null && asked < ASKED_AT_ONCE ? due.poll() : null;
      if (queue != null) {
        asked++;
        CompletableFuture<Void> unused =
            ask(broker, queue).thenAccept(answer -> answers.add(new Answered(queue, answer)));
        continue;
      }
      if (answered == null && asked == 0) {
        return;
      }
      try {
        look(answered == null ? answers.take() : answered);
        asked--;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // it closes
        return;
      }
    }
  }

  /** A fault of ours must not end the looking. */
  private static CompletableFuture<QueueDepth.Answer> ask(QueueDepth broker, String queue) {
    try {
      return broker.ask(queue);
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(
          () -> {
            throw e;
          });
    }
  }

  private record Answered(String queue, QueueDepth.Answer answer) {}

  private void look(Answered answered) {
    String queue = answered.queue();
    try {
      Observed<Depth> before =
          depths.getOrDefault(queue, Observed.unknown("not looked at", clock.instant()));
      Observed<Depth> after = read(queue, answered.answer(), before);
      if (depths.replace(queue, after) != null && !before.toOptional().equals(after.toOptional())) {
        changed.accept(queue);
      }
    } finally {
      underWay.remove(queue);
      CountDownLatch first = awaited.get(queue);
      if (first != null) {
        first.countDown();
      }
    }
  }

  private Observed<Depth> read(String queue, QueueDepth.Answer answer, Observed<Depth> before) {
    try {
      Depth read = answer.depth();
      resting.remove(queue);
      return Observed.known(read, clock.instant());
    } catch (IOException e) {
      Long rested = resting.put(queue, System.nanoTime() + shorter(REST, longest).toNanos());
      Observed<Depth> after =
          before.afterFailure(String.valueOf(e.getMessage()), tolerated, clock.instant());
      // Also an operator that has just been started says so, once.
      if (!after.isKnown() && (before.isKnown() || rested == null)) {
        log.warn("the depth of queue {} is unknown, its clusters hold: {}", queue, e.getMessage());
      }
      return after;
    } catch (RuntimeException e) {
      log.warn("reading the depth of queue {} failed", queue, e);
      return before.afterFailure(String.valueOf(e.getMessage()), tolerated, clock.instant());
    }
  }

  @Override
  public void close() {
    polling.cancel(true);
    timer.shutdownNow();
    readers.shutdownNow();
    try {
      readers.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    source.ifPresent(QueueDepth::close);
  }
}
