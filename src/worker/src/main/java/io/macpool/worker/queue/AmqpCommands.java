package io.macpool.worker.queue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import io.macpool.core.FailureWords;
import io.macpool.worker.job.StartFailures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands to all workers, on the fanout exchange {@code worker.commands}. This worker's queue dies
 * with its connection: a command sent meanwhile is missed, as it always was. Nobody tells a queue
 * that its exchange was deleted, so the binding is made again from time to time.
 */
public final class AmqpCommands implements AutoCloseable {

  static final String EXCHANGE = "worker.commands";

  private static final Logger log = LoggerFactory.getLogger(AmqpCommands.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration BIND_EVERY = Duration.ofSeconds(5);
  private static final int SHOWN = 200;
  private static final String START_FAILED = "job_start_failed";
  private static final String START_FAILURES = "start_failures";

  private final Consumer<JsonNode> taker;
  private final AmqpPublisher publisher;
  private final Executor blocking;
  private final SupervisedChannel supervised;
  private final ScheduledFuture<?> binding;
  private final AtomicBoolean isBinding = new AtomicBoolean();
  private volatile String queue = "";

  /** Hands each command that is a JSON object to {@code taker}, which must not block. */
  public AmqpCommands(AmqpConnection connection, Consumer<JsonNode> taker, AmqpThreads threads) {
    this.taker = taker;
    this.blocking = threads.blocking();
    this.publisher =
        new AmqpPublisher(
            "claims",
            connection,
            made -> Declarations.exchange(made, EXCHANGE, "fanout", false),
            false,
            threads);
    this.supervised = new SupervisedChannel("commands", connection, this::listen, threads);
    this.binding =
        threads
            .scheduler()
            .scheduleWithFixedDelay(
                this::bindSoon,
                BIND_EVERY.toMillis(),
                BIND_EVERY.toMillis(),
                TimeUnit.MILLISECONDS);
    supervised.begin();
  }

  /** Why commands can't be heard; empty if all is well, or if only the connection is missing. */
  public Optional<String> outage() {
    return supervised.outage().or(publisher::outage);
  }

  /** Says how often a job failed to start: now, or when the broker is in reach. */
  public void send(StartFailures.Count count) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("type", START_FAILED);
    body.put("job_id", count.jobId());
    body.put(START_FAILURES, count.failures());
    BasicProperties properties =
        new BasicProperties.Builder().contentType("application/json").build();
    CompletableFuture<Void> unused =
        publisher.publish(EXCHANGE, "", properties, AmqpReports.bytes(body));
  }

  /** Reads what {@link #send} wrote; nothing if it is another command. */
  public static Optional<StartFailures.Count> startFailures(JsonNode command) {
    return command.path("type").asText().equals(START_FAILED)
        ? Optional.of(
            new StartFailures.Count(
                command.path("job_id").asLong(), Math.max(0, command.path(START_FAILURES).asInt())))
        : Optional.empty();
  }

  @Override
  public void close() {
    binding.cancel(false);
    supervised.close();
    publisher.close();
  }

  private void listen(Channel channel) throws IOException {
    Declarations.exchange(channel.getConnection(), EXCHANGE, "fanout", false);
    String own = channel.queueDeclare("", true, true, false, null).getQueue();
    channel.queueBind(own, EXCHANGE, "");
    channel.basicConsume(
        own,
        true,
        UUID.randomUUID().toString(),
        (tag, delivery) -> take(delivery.getBody()),
        tag -> supervised.reopen(channel, "its queue was deleted"));
    queue = own;
  }

  /** One at a time: while the broker reads nothing, for an alarm, none is answered. */
  private void bindSoon() {
    if (!isBinding.compareAndSet(false, true)) {
      return;
    }
    try {
      blocking.execute(
          () -> {
            try {
              supervised.current().ifPresent(this::bind);
            } finally {
              isBinding.set(false);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: commands are heard no more");
    }
  }

  private void bind(Channel channel) {
    try {
      channel.queueBind(queue, EXCHANGE, "");
    } catch (IOException | RuntimeException e) {
      log.debug("the exchange {} is gone: {}", EXCHANGE, AmqpConnection.phrase(e));
    }
  }

  private void take(byte[] body) {
    try {
      JsonNode command = JSON.readTree(body);
      if (command != null && command.isObject()) {
        taker.accept(command);
      } else {
        log.warn("ignored a command that is not a JSON object");
      }
    } catch (IOException | RuntimeException e) {
      String shown = new String(body, 0, Math.min(body.length, SHOWN), StandardCharsets.UTF_8);
      log.warn(
          "ignored a command: {} in {}",
          FailureWords.printable(String.valueOf(e.getMessage())),
          FailureWords.printable(shown));
    }
  }
}
