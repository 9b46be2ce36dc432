package io.macpool.sim.amqp;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scheduler's reading half: takes every state update and log part and keeps them by job. What
 * the broker delivers again after a cut connection is kept once, and so are state updates with the
 * same message id: a publisher that did not see its confirm publishes again. Thread safe; holds all
 * it was sent, so it is for runs that end.
 */
public final class ResultCollector implements AutoCloseable {

  /** The queue of state updates. */
  public static final String STATES = "reporting.jobs.builds";

  /** The queue of log parts, and the routing key that leads to it. */
  public static final String LOGS = "reporting.jobs.logs";

  private static final Logger log = LoggerFactory.getLogger(ResultCollector.class);
  private static final String EXCHANGE = "reporting";
  private static final int PREFETCH = 500;
  private static final long AGAIN_MILLIS = 200;

  private final Clock clock;
  private final Connection connection;
  private final ScheduledExecutorService again =
      Executors.newSingleThreadScheduledExecutor(ResultCollector::thread);
  private final List<Consumer<StateUpdate>> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Long, List<StateUpdate>> updates = new TreeMap<>();
  private final Set<String> messageIds = new HashSet<>();
  private final Map<Long, List<LogPart>> parts = new TreeMap<>();
  private final List<String> unreadable = new ArrayList<>();

  private ResultCollector(Clock clock, Connection connection) {
    this.clock = clock;
    this.connection = connection;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "result-collector");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Declares both queues and begins to take from them; recovers by itself when the broker comes
   * back.
   *
   * @throws IllegalStateException if the broker can't be reached or refuses the queues
   */
  public static ResultCollector start(URI uri) {
    return start(uri, Clock.systemUTC(), true);
  }

  /** The same for state updates alone: logs are left to somebody else. */
  public static ResultCollector ofStates(URI uri) {
    return start(uri, Clock.systemUTC(), false);
  }

  private static ResultCollector start(URI uri, Clock clock, boolean withLogs) {
    Connection connection = Connections.open(uri, "macpool-result-collector");
    ResultCollector collector = new ResultCollector(clock, connection);
    try {
      collector.consumeStates();
      if (withLogs) {
        collector.consumeLogs();
      }
      return collector;
    } catch (IOException e) {
      collector.close();
      throw new IllegalStateException("can't take states and logs: " + e, e);
    }
  }

  private void consumeStates() throws IOException {
    Channel states = connection.createChannel();
    states.queueDeclare(STATES, true, false, false, null);
    consume(states, STATES, "states", this::keepState);
  }

  private void consumeLogs() throws IOException {
    Channel logs = connection.createChannel();
    declareLogs(logs);
    consume(logs, LOGS, "logs", this::keepLog);
  }

  /**
   * Each consumer has a tag of our choice: some brokers name them per channel, and the client's
   * recovery, which knows them by name, would then bring back one of two.
   */
  private void consume(Channel on, String queue, String tag, Keeper keeper) throws IOException {
    on.basicQos(PREFETCH);
    on.basicConsume(
        queue,
        false,
        tag,
        (own, message) -> take(on, message, keeper),
        own -> consumeAgainSoon(on, queue, tag, keeper));
  }

  /** Its queue was deleted, or its node is gone: it is taken from again when it is there. */
  private void consumeAgainSoon(Channel before, String queue, String tag, Keeper keeper) {
    try {
      ScheduledFuture<?> unused =
          again.schedule(
              () -> consumeAgain(before, queue, tag, keeper), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closed: nothing more is taken");
    }
  }

  private void consumeAgain(Channel before, String queue, String tag, Keeper keeper) {
    try {
      if (before.isOpen()) {
        before.abort();
      }
      Channel on = connection.createChannel();
      on.queueDeclarePassive(queue);
      consume(on, queue, tag, keeper);
    } catch (IOException | RuntimeException e) {
      log.debug("{} can't be taken from yet: {}", queue, e.toString());
      consumeAgainSoon(before, queue, tag, keeper);
    }
  }

  static void declareLogs(Channel channel) throws IOException {
    channel.exchangeDeclare(EXCHANGE, BuiltinExchangeType.TOPIC, true);
    channel.queueDeclare(LOGS, true, false, false, null);
    channel.queueBind(LOGS, EXCHANGE, LOGS);
  }

  private interface Keeper {
    void keep(Delivery message, JsonNode body);
  }

  private void take(Channel channel, Delivery message, Keeper keeper) throws IOException {
    Optional<JsonNode> body = Json.object(message.getBody());
    if (body.isPresent()) {
      keeper.keep(message, body.get());
    } else {
      locked(() -> unreadable.add(new String(message.getBody(), StandardCharsets.UTF_8)));
    }
    try {
      channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
    } catch (AlreadyClosedException e) {
      log.debug("the connection was cut before the ack: the message will come again", e);
    }
  }

  private void keepState(Delivery message, JsonNode body) {
    StateUpdate update = StateUpdate.of(message.getProperties().getType(), body, clock.instant());
    boolean[] isNew = {true};
    locked(
        () -> {
          List<StateUpdate> known =
              updates.computeIfAbsent(update.jobId(), id -> new ArrayList<>());
          String id = message.getProperties().getMessageId();
          isNew[0] =
              id == null
                  ? !message.getEnvelope().isRedeliver()
                      || known.stream().noneMatch(before -> before.body().equals(body))
                  : messageIds.add(id);
          if (isNew[0]) {
            known.add(update);
          }
        });
    if (isNew[0]) {
      listeners.forEach(listener -> tell(listener, update));
    }
  }

  private static void tell(Consumer<StateUpdate> listener, StateUpdate update) {
    try {
      listener.accept(update);
    } catch (RuntimeException e) {
      log.warn("a listener failed on {} of job {}", update.event(), update.jobId(), e);
    }
  }

  private void keepLog(Delivery message, JsonNode body) {
    LogPart part = LogPart.of(body, clock.instant());
    locked(
        () -> {
          List<LogPart> known = parts.computeIfAbsent(part.jobId(), id -> new ArrayList<>());
          if (!message.getEnvelope().isRedeliver()
              || known.stream().noneMatch(before -> before.body().equals(body))) {
            known.add(part);
          }
        });
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Calls {@code listener} for each new state update, on the consumer's thread: be quick. */
  public void onState(Consumer<StateUpdate> listener) {
    listeners.add(listener);
  }

  /** What was reported of the job so far; without messages if nothing was. */
  public JobRecord job(long jobId) {
    lock.lock();
    try {
      return record(jobId);
    } finally {
      lock.unlock();
    }
  }

  private JobRecord record(long jobId) {
    return new JobRecord(
        jobId, updates.getOrDefault(jobId, List.of()), parts.getOrDefault(jobId, List.of()));
  }

  /** Every job that a state or a log was reported of, by id. */
  public List<JobRecord> jobs() {
    lock.lock();
    try {
      return Stream.concat(updates.keySet().stream(), parts.keySet().stream())
          .distinct()
          .sorted()
          .map(this::record)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** Bodies that were not a JSON object. */
  public List<String> unreadable() {
    lock.lock();
    try {
      return List.copyOf(unreadable);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the job is finished and its log ended.
   *
   * @return the job as it is then, or as it is when {@code patience} has run out
   */
  public JobRecord awaitFinish(long jobId, Duration patience) {
    await(patience, collector -> isOver(record(jobId)));
    return job(jobId);
  }

  /** Waits until all of the jobs are finished and their logs ended; false when time ran out. */
  public boolean awaitFinishes(Collection<Long> jobIds, Duration patience) {
    return await(patience, collector -> jobIds.stream().allMatch(id -> isOver(record(id))));
  }

  private static boolean isOver(JobRecord job) {
    return job.finish().isPresent() && job.logEnded();
  }

  /** Waits until the condition holds, looking at each message; false when time ran out. */
  public boolean await(Duration patience, Predicate<ResultCollector> condition) {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (!condition.test(this)) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    again.shutdownNow();
    connection.abort();
  }
}
