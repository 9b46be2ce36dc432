package io.macpool.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.amqp.StateUpdate;
import io.macpool.sim.amqp.rabbit.WaitingMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
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

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Longer than any job, with all that it may have to wait for. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(3);

  private final String queue;
  private final Consumer<String> told;
  private final ResultCollector collector;
  private final JobPublisher publisher;
  private final JobBoard board;
  private final ExecutorService requeuing =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "sandbox-scheduler"));

  /** Jobs that may have lost their message with the queue, and since when. */
  private final Map<Long, Instant> orphans = new ConcurrentHashMap<>();

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
    Map<Long, String> bodies = new LinkedHashMap<>();
    for (JobSample sample : samples) {
      Instant now = Instant.now();
      long id = idOf(sample);
      board.published(id, sample, now);
      bodies.put(id, sample.body(id, queue, now).toString());
    }
    bodies.forEach(this::insist);
  }

  /**
   * The queue was deleted, with these bodies that waited in it. What was handed out has lost its
   * message, too, and ends all the same unless its worker is killed: that is for {@link
   * #queueForgottenAnew}.
   *
   * @return queues anew what waited and has not ended; what a worker had before may run still, and
   *     not be heard of for want of a job broker: it is two to the queue then
   */
  Runnable queueWasDeleted(List<WaitingMessage> waited) {
    board.entries().stream()
        .filter(job -> job.reported().finish().isEmpty())
        .forEach(job -> orphans.putIfAbsent(job.id(), Instant.now()));
    return () ->
        waited.forEach(
            message -> {
              long id = idIn(message.body());
              if (collector.job(id).finish().isEmpty()) {
                orphans.remove(id);
                if (message.redelivered()) {
                  board.publishedAgain(id);
                }
                queueAnew(id, nextCount(id));
              }
            });
  }

  /** What a worker says of the next run must not look older than what was said of the last. */
  private long nextCount(long id) {
    return collector.job(id).updates().stream().mapToLong(StateUpdate::count).max().orElse(-1) + 1;
  }

  /** Queues anew what may have lost its message with the queue and was long not heard of. */
  void queueForgottenAnew() {
    Instant now = Instant.now();
    for (JobBoard.Entry job : board.entries()) {
      Instant since = orphans.get(job.id());
      if (since == null) {
        continue;
      }
      Instant heard =
          job.reported().updates().stream()
              .map(StateUpdate::arrived)
              .max(Comparator.naturalOrder())
              .filter(since::isBefore)
              .orElse(since);
      if (job.reported()
          .finish()
          .isPresent()) { // its log may come later, or never: no cause to run it
        orphans.remove(job.id());
      } else if (Duration.between(heard, now).compareTo(FORGOTTEN) > 0) {
        orphans.remove(job.id());
        told.accept("job " + job.id() + " lost its message with the queue and is queued anew");
        queueAnew(job.id(), nextCount(job.id()));
      }
    }
  }

  private static long idIn(String body) {
    try {
      return JSON.readTree(body).path("job").path("id").asLong();
    } catch (IOException e) {
      throw new UncheckedIOException("a job of our own can't be read", e);
    }
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
      requeuing.execute(
          () -> {
            orphans.remove(update.jobId());
            queueAnew(update.jobId(), update.count() + 1);
            told.accept("job " + update.jobId() + " was reset and is queued anew");
          });
    } catch (RejectedExecutionException e) {
      told.accept("job " + update.jobId() + " was reset after the run had ended");
    }
  }

  private void queueAnew(long id, long count) {
    board
        .sample(id)
        .ifPresent(
            sample -> {
              ObjectNode body = sample.body(id, queue, Instant.now());
              body.withObject("/meta").put("state_update_count", count);
              insist(id, body.toString());
            });
  }

  /**
   * A connection may be cut at any moment, on purpose even, and a queue be out of reach for some
   * seconds: the publisher's come back by themselves. A message that nobody confirmed may be there
   * all the same.
   */
  private void insist(long id, String body) {
    RetryPolicy<Object> policy =
        RetryPolicy.builder()
            .handle(IllegalStateException.class)
            .withDelay(Duration.ofMillis(300))
            .withJitter(0.3)
            .withMaxRetries(100)
            .onRetry(again -> board.publishedAgain(id))
            .build();
    Failsafe.with(policy).run(() -> publisher.publish(queue, body));
  }

  @Override
  public void close() {
    requeuing.shutdownNow();
    publisher.close();
    collector.close();
  }
}
