package io.macpool.worker.queue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import io.macpool.worker.job.StateReport;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whoever listens what the scheduler is told, on a topic exchange of its own: key {@code
 * job.STATE}, body in JSON. Nobody depends on it: an event that can't be sent at once is dropped,
 * and no job ever waits for one.
 */
public final class AmqpJobEvents implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AmqpJobEvents.class);
  private static final int MOST_WAITING = 1_000;

  private final String exchange;
  private final String worker;
  private final String queue;
  private final SupervisedChannel supervised;
  private final ThreadPoolExecutor sender;

  /**
   * Opens its channel as soon as there is a connection.
   *
   * @param worker who tells, for people
   * @param queue from which its jobs come
   */
  public AmqpJobEvents(
      AmqpConnection connection,
      String exchange,
      String worker,
      String queue,
      AmqpThreads threads) {
    this.exchange = exchange;
    this.worker = worker;
    this.queue = queue;
    this.sender =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            work -> AmqpConnection.thread("job-events", work),
            new ThreadPoolExecutor.DiscardPolicy());
    sender.allowCoreThreadTimeOut(true);
    this.supervised =
        new SupervisedChannel(
            "job-events",
            connection,
            opened -> Declarations.exchange(opened.getConnection(), exchange, "topic", true),
            threads);
    supervised.begin();
  }

  /** Why nobody hears them; empty if all is well, or if only the connection is missing. */
  public Optional<String> outage() {
    return supervised.outage();
  }

  /** Tells a state, if that can be done now. Never waits, and never fails. */
  public void tell(StateReport report) {
    byte[] body = AmqpReports.bytes(body(report, worker, queue));
    sender.execute(() -> send("job." + report.state(), body));
  }

  private void send(String key, byte[] body) {
    Optional<Channel> channel = supervised.current();
    if (channel.isEmpty()) {
      return;
    }
    try {
      channel
          .get()
          .basicPublish(
              exchange,
              key,
              new BasicProperties.Builder().contentType("application/json").build(),
              body);
      supervised.serves();
    } catch (IOException | RuntimeException e) {
      log.debug("an event of a job was dropped: {}", AmqpConnection.phrase(e));
    }
  }

  /** The body: times to the millisecond, and only those that are known. */
  static ObjectNode body(StateReport report, String worker, String queue) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("job_id", report.jobId());
    body.put("state", report.state());
    body.put("update", report.updateCount());
    body.put("repository", report.repository());
    body.put("worker", worker);
    if (!queue.isEmpty()) {
      body.put("queue", queue);
    }
    body.put("trace_id", report.traceId());
    report.instanceId().ifPresent(id -> body.put("instance_id", id));
    time(body, "queued_at", report.queuedAt());
    time(body, "received_at", report.receivedAt());
    time(body, "started_at", report.startedAt());
    time(body, "finished_at", report.finishedAt());
    return body;
  }

  private static void time(ObjectNode body, String name, Optional<Instant> at) {
    at.ifPresent(instant -> body.put(name, instant.toString()));
  }

  @Override
  public void close() {
    sender.shutdownNow();
    supervised.close();
  }
}
