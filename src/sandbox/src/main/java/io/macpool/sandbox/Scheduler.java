package io.macpool.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.amqp.StateUpdate;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * What the scheduler does: publishes jobs, collects what is reported of them, and queues anew what
 * a worker gave up.
 */
final class Scheduler implements AutoCloseable {

  /** Ids of jobs that have none of their own begin here. */
  static final long FIRST_ID = 900_001;

  private final String queue;
  private final Consumer<String> told;
  private final ResultCollector collector;
  private final JobPublisher publisher;
  private final JobBoard board;
  private final ExecutorService requeuing =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "sandbox-scheduler"));
  private long nextId;

  private Scheduler(
      String queue,
      long firstId,
      Consumer<String> told,
      ResultCollector collector,
      JobPublisher publisher) {
    this.nextId = firstId;
    this.queue = queue;
    this.told = told;
    this.collector = collector;
    this.publisher = publisher;
    this.board = new JobBoard(collector::job);
  }

  /**
   * Connects, and collects from now on.
   *
   * @param firstId of the first job that has no id of its own; the others count on from it
   * @param told hears, in a line each, of jobs given up
   */
  static Scheduler connect(URI amqp, String queue, long firstId, Consumer<String> told) {
    ResultCollector collector = ResultCollector.start(amqp);
    try {
      Scheduler scheduler =
          new Scheduler(queue, firstId, told, collector, JobPublisher.connect(amqp));
      collector.onState(scheduler::reported);
      return scheduler;
    } catch (RuntimeException e) {
      collector.close();
      throw e;
    }
  }

  /** Every job published so far. */
  JobBoard board() {
    return board;
  }

  /** Publishes jobs in order, all or none. */
  void publish(List<JobSample> samples) {
    List<String> bodies = new ArrayList<>();
    for (JobSample sample : samples) {
      Instant now = Instant.now();
      long id = idOf(sample);
      board.published(id, sample, now);
      bodies.add(sample.body(id, queue, now).toString());
    }
    insist(() -> publisher.publish(queue, bodies));
  }

  /** Its own, unless another job has that: results are told by id. */
  private long idOf(JobSample sample) {
    OptionalLong own = sample.ownId();
    if (own.isPresent() && board.sample(own.getAsLong()).isEmpty()) {
      return own.getAsLong();
    }
    while (board.sample(nextId).isPresent()) {
      nextId++;
    }
    own.ifPresent(
        taken ->
            told.accept(
                "%s: another job has id %d, so this one gets %d"
                    .formatted(sample.name(), taken, nextId)));
    return nextId++;
  }

  private void reported(StateUpdate update) {
    if (!update.isReset()) {
      return;
    }
    try {
      requeuing.execute(() -> queueAnew(update));
    } catch (RejectedExecutionException e) {
      told.accept("job " + update.jobId() + " was reset after the run had ended");
    }
  }

  private void queueAnew(StateUpdate update) {
    board
        .sample(update.jobId())
        .ifPresent(
            sample -> {
              ObjectNode body = sample.body(update.jobId(), queue, Instant.now());
              body.withObject("/meta").put("state_update_count", update.count() + 1);
              insist(() -> publisher.publish(queue, body.toString()));
              told.accept("job " + update.jobId() + " was reset and is queued anew");
            });
  }

  /**
   * A connection may be cut at any moment, on purpose even: the publisher's comes back by itself.
   */
  private static void insist(Runnable publication) {
    RetryPolicy<Object> policy =
        RetryPolicy.builder()
            .handle(IllegalStateException.class)
            .withDelay(Duration.ofMillis(300))
            .withJitter(0.3)
            .withMaxRetries(10)
            .build();
    Failsafe.with(policy).run(publication::run);
  }

  @Override
  public void close() {
    requeuing.shutdownNow();
    publisher.close();
    collector.close();
  }
}
