package io.macpool.worker.queue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.macpool.worker.job.Reports;
import io.macpool.worker.job.StateReport;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** States to the queue {@code reporting.jobs.builds}, in the form that schedulers read. */
public final class AmqpReports implements Reports, AutoCloseable {

  static final String QUEUE = "reporting.jobs.builds";
  private static final int PERSISTENT = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<AmqpPublisher> publishers = new ArrayList<>();
  private final Consumer<StateReport> listener;

  /**
   * Publishes over as many channels as {@code channels}; a job keeps to one of them.
   *
   * @param listener hears each report as it is published; must neither block nor throw
   */
  public AmqpReports(
      AmqpConnection connection,
      int channels,
      Consumer<StateReport> listener,
      AmqpThreads threads) {
    this.listener = listener;
    for (int i = 0; i < channels; i++) {
      publishers.add(
          new AmqpPublisher(
              channels == 1 ? "states" : "states-" + i,
              connection,
              made -> Declarations.queue(made, QUEUE),
              true,
              threads));
    }
  }

  /** Why states can't be reported; empty if all is well, or if only the connection is missing. */
  public Optional<String> outage() {
    return publishers.stream().flatMap(one -> one.outage().stream()).findFirst();
  }

  @Override
  public CompletableFuture<Void> publish(StateReport report) {
    listener.accept(report);
    AmqpPublisher publisher =
        publishers.get((int) Math.floorMod(report.jobId(), (long) publishers.size()));
    return publisher.publish("", QUEUE, properties(report), body(report));
  }

  /** Publishes what was published before, or should have been: the same to the byte. */
  CompletableFuture<Void> repeat(BasicProperties properties, byte[] body) {
    return publishers.get(0).publish("", QUEUE, properties, body);
  }

  /**
   * The message id tells a report that comes twice from a second report; its timestamp is the
   * moment of what it reports.
   */
  static BasicProperties properties(StateReport report) {
    Optional<Instant> happened = report.finishedAt().or(report::startedAt).or(report::receivedAt);
    return new BasicProperties.Builder()
        .timestamp(happened.map(Date::from).orElse(null))
        .contentType("application/json")
        .deliveryMode(PERSISTENT)
        .type(report.event())
        .messageId(report.id())
        .build();
  }

  /** The body as the Go worker writes it. */
  static byte[] body(StateReport report) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("id", report.jobId());
    body.put("state", report.state());
    ObjectNode meta = body.putObject("meta");
    meta.put("state_update_count", report.updateCount());
    report.instanceId().ifPresent(id -> meta.put("instance_id", id));
    meta.put("uuid", report.uuid());
    if (report.startFailures() > 0) {
      meta.put("start_failures", report.startFailures());
    }
    report.vmSize().ifPresent(size -> body.put("vm_size", size));
    time(body, "queued_at", report.queuedAt());
    time(body, "received_at", report.receivedAt());
    time(body, "started_at", report.startedAt());
    time(body, "finished_at", report.finishedAt());
    if (report.trace()) {
      body.put("trace", true);
    }
    return bytes(body);
  }

  private static void time(ObjectNode body, String name, Optional<Instant> at) {
    at.ifPresent(instant -> body.put(name, instant.truncatedTo(ChronoUnit.SECONDS).toString()));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(ObjectNode body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON could not be written", e);
    }
  }

  @Override
  public void close() {
    publishers.forEach(AmqpPublisher::close);
  }
}
