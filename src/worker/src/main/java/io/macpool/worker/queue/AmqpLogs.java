package io.macpool.worker.queue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Connection;
import io.macpool.worker.job.LogPart;
import io.macpool.worker.job.LogSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log parts to the exchange {@code reporting}, or to the sharded one, in the field's form. */
public final class AmqpLogs implements LogSink, AutoCloseable {

  static final String EXCHANGE = "reporting";
  static final String QUEUE = "reporting.jobs.logs";
  static final String SHARDED = "reporting.jobs.logs_sharded";

  private static final Logger log = LoggerFactory.getLogger(AmqpLogs.class);
  private static final long SPOOL_BYTES = 512L << 20;
  private static final int BATCH = 50;
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final String CUT =
      "\n\n[The log is cut here: it could not be delivered for too long.]\n\n";

  private static final BasicProperties PROPERTIES =
      new BasicProperties.Builder()
          .contentType("application/json")
          .deliveryMode(2)
          .type("job:test:log")
          .build();

  /** Written as it goes: there are hundreds of parts in a megabyte. */
  private static final JsonFactory JSON = new JsonFactory();

  /** Bytes of a part's body beside its content, about. */
  private static final int OVERHEAD = 160;

  /** A part that the publisher has. */
  private static final class Unsafe {
    private final CompletableFuture<Void> safe = new CompletableFuture<>();
  }

  private final AmqpConnection connection;
  private final boolean sharded;
  private final String exchange;
  private final AmqpPublisher publisher;
  private final LogSpool spool;
  private final Executor blocking;
  private final ScheduledFuture<?> looking;
  private final Set<Unsafe> onItsWay = ConcurrentHashMap.newKeySet();

  /** Parts of a job that were dropped since the last that was kept. */
  private final Map<Long, Integer> dropped = new HashMap<>();

  /** By how much the numbers of a job's parts are smaller for what was cut out. */
  private final Map<Long, Integer> left = new HashMap<>();

  private boolean sending;

  AmqpLogs(AmqpConnection connection, boolean sharded, LogSpool spool, AmqpThreads threads) {
    this.connection = connection;
    this.sharded = sharded;
    this.exchange = sharded ? SHARDED : EXCHANGE;
    this.spool = spool;
    this.blocking = threads.blocking();
    this.publisher =
        new AmqpPublisher(
            "logs",
            connection,
            sharded ? AmqpLogs::declareSharded : AmqpLogs::declare,
            true,
            threads);
    this.looking =
        threads
            .scheduler()
            .scheduleWithFixedDelay(
                this::lookIfAnyWaits,
                LOOK_EVERY.toMillis(),
                LOOK_EVERY.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  /** Logs that keep at most so many bytes on disk while they can't be told. */
  public static AmqpLogs spooling(
      AmqpConnection connection, boolean sharded, Path directory, AmqpThreads threads) {
    return new AmqpLogs(connection, sharded, new LogSpool(directory, SPOOL_BYTES), threads);
  }

  private static void declareSharded(Connection made) throws IOException {
    Declarations.exchange(made, SHARDED, "x-modulus-hash", true);
  }

  private static void declare(Connection made) throws IOException {
    Declarations.exchange(made, EXCHANGE, "topic", true);
    Declarations.queue(made, QUEUE);
    AMQP.Queue.BindOk unused =
        Declarations.with(made, channel -> channel.queueBind(QUEUE, EXCHANGE, QUEUE));
  }

  @Override
  public Optional<String> outage() {
    return connection.outage().or(publisher::outage);
  }

  /**
   * While parts can't be told they are kept on disk, which counts as safe: the job goes on. What
   * the disk has no room for is cut out, and the log says so.
   */
  @Override
  public synchronized CompletableFuture<Void> publish(LogPart part) {
    if (spool.isEmpty() && outage().isEmpty() && dropped.isEmpty()) {
      Unsafe sent = new Unsafe();
      onItsWay.add(sent);
      CompletableFuture<Void> unused =
          publisher
              .publish(exchange, key(part), PROPERTIES, body(renumbered(part)))
              .whenComplete((done, failure) -> complete(sent, failure));
      return sent.safe;
    }
    if (spool.isFull() && !part.isFinal()) {
      dropped.merge(part.jobId(), 1, Integer::sum);
      return CompletableFuture.completedFuture(null);
    }
    keep(part);
    return CompletableFuture.completedFuture(null);
  }

  private void complete(Unsafe sent, @Nullable Throwable failure) {
    onItsWay.remove(sent);
    if (failure == null) {
      sent.safe.complete(null);
    } else {
      sent.safe.completeExceptionally(failure);
    }
  }

  private void keep(LogPart part) {
    int lost = dropped.getOrDefault(part.jobId(), 0);
    if (lost > 0) {
      dropped.remove(part.jobId());
      LogPart first = part(part, part.number() - lost, CUT, false);
      spool.add(new LogSpool.Kept(key(part), text(renumbered(first))));
      left.merge(part.jobId(), lost - 1, Integer::sum);
    }
    spool.add(new LogSpool.Kept(key(part), text(renumbered(part))));
    if (part.isFinal()) {
      left.remove(part.jobId());
    }
  }

  /** Numbers have no gaps: what was cut out does not count. */
  private LogPart renumbered(LogPart part) {
    int lost = left.getOrDefault(part.jobId(), 0);
    return lost == 0 ? part : part(part, part.number() - lost, part.content(), part.isFinal());
  }

  private static LogPart part(LogPart of, int number, String content, boolean isFinal) {
    return new LogPart(of.jobId(), of.uuid(), number, content, isFinal, of.meta());
  }

  private String key(LogPart part) {
    return sharded ? Long.toString(part.jobId()) : QUEUE;
  }

  private static String text(LogPart part) {
    return new String(body(part), StandardCharsets.UTF_8);
  }

  /** Looks whether logs can be told: frees who waits if not, sends what is kept if so. */
  private void look() {
    if (outage().isPresent()) {
      // What is on its way stays with the publisher, and goes out first when it can.
      List.copyOf(onItsWay).forEach(sent -> complete(sent, null));
      return;
    }
    synchronized (this) {
      if (sending || spool.isEmpty()) {
        return;
      }
      sending = true;
    }
    LogSpool.Batch batch = spool.first(BATCH);
    CompletableFuture<?>[] told =
        batch.parts().stream()
            .map(
                kept ->
                    publisher.publish(
                        exchange, kept.routingKey(), PROPERTIES, AmqpReports.utf8(kept.body())))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture<Void> unused =
        CompletableFuture.allOf(told)
            .whenComplete(
                (done, failure) -> {
                  synchronized (this) {
                    sending = false;
                    if (failure == null) {
                      spool.forget(batch.next());
                    }
                  }
                  lookSoon();
                });
  }

  /** A worker without a job wakes nobody: each task would keep a thread of the pool alive. */
  private void lookIfAnyWaits() {
    if (!onItsWay.isEmpty() || !spool.isEmpty()) {
      lookSoon();
    }
  }

  private void lookSoon() {
    try {
      blocking.execute(this::look);
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: logs are told no more");
    }
  }

  static byte[] body(LogPart part) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(part.content().length() + OVERHEAD);
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      json.writeNumberField("id", part.jobId());
      json.writeStringField("log", part.content());
      json.writeNumberField("number", part.number());
      json.writeStringField("uuid", part.uuid());
      json.writeBooleanField("final", part.isFinal());
      if (!part.meta().isEmpty()) {
        json.writeObjectFieldStart("meta");
        for (Map.Entry<String, String> fact : part.meta().entrySet()) {
          json.writeStringField(fact.getKey(), fact.getValue());
        }
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a log part could not be written as JSON", e);
    }
    return body.toByteArray();
  }

  @Override
  public void close() {
    looking.cancel(false);
    if (!spool.isEmpty()) {
      log.warn("{} bytes of logs could not be told before the worker ended", spool.size());
    }
    publisher.close();
    spool.close();
  }
}
