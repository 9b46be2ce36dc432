package io.macpool.worker.queue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import io.macpool.worker.job.JobQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of jobs. Each wait for a job has a channel of its own with a prefetch of one, consumes
 * until a message comes, and then no more: what is not wanted yet stays in the queue, where others
 * can have it.
 */
public final class AmqpJobQueue implements JobQueue {

  private static final Logger log = LoggerFactory.getLogger(AmqpJobQueue.class);
  private static final Duration PAUSE_AFTER_REFUSAL = Duration.ofSeconds(2);

  private final AmqpConnection connection;
  private final String queue;
  private final int priority;
  private final AmqpEndings endings;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
  private final List<Runnable> onReturn = new CopyOnWriteArrayList<>();
  private volatile boolean connectedBefore;
  private volatile String refusal;

  /**
   * A queue on a connection that is not started yet.
   *
   * @param reports where the end of a job that came again is reported once more
   * @param longestHold how long a delivery may stay unacked
   * @param blocking carries out calls that wait for the broker
   */
  public AmqpJobQueue(
      AmqpConnection connection,
      AmqpReports reports,
      String queue,
      int priority,
      Duration longestHold,
      Executor blocking,
      ScheduledExecutorService scheduler) {
    this.connection = connection;
    this.queue = queue;
    this.priority = priority;
    this.endings = new AmqpEndings(connection, reports);
    this.blocking = blocking;
    this.scheduler = scheduler;
    connection.onConnected(
        made -> {
          ConsumerTimeout.check(made, longestHold);
          refusal = null;
          waits.forEach(Wait::consumeSoon);
          if (connectedBefore) {
            onReturn.forEach(Runnable::run);
          }
          connectedBefore = true;
        });
  }

  @Override
  public void onReturn(Runnable task) {
    onReturn.add(task);
  }

  @Override
  public Take take() {
    Wait wait = new Wait();
    waits.add(wait);
    wait.consumeSoon();
    return wait;
  }

  @Override
  public Optional<String> outage() {
    return connection.outage().or(() -> Optional.ofNullable(refusal));
  }

  private final class Wait implements Take {

    private final CompletableFuture<Optional<io.macpool.worker.job.Delivery>> result =
        new CompletableFuture<>();
    private Channel channel;

    @Override
    public CompletableFuture<Optional<io.macpool.worker.job.Delivery>> delivery() {
      return result;
    }

    @Override
    public void cancel() {
      if (result.complete(Optional.empty())) {
        waits.remove(this);
        run(this::end);
      }
    }

    void consumeSoon() {
      run(this::consume);
    }

    private void run(Runnable work) {
      try {
        blocking.execute(work);
      } catch (RejectedExecutionException e) {
        result.complete(Optional.empty()); // the worker closes
      }
    }

    private synchronized void consume() {
      Optional<Connection> on = connection.current();
      if (result.isDone() || on.isEmpty() || (channel != null && channel.isOpen())) {
        return; // over, or the next connection will call, or it consumes already
      }
      try {
        Channel opened = on.get().createChannel();
        if (opened == null) {
          throw new IOException("the connection has no channel left: lower the pool size");
        }
        channel = opened;
        opened.addShutdownListener(ConsumerTimeout::explain);
        opened.confirmSelect(); // for the end of the job, which then need not wait for it
        opened.basicQos(1);
        opened.queueDeclare(queue, true, false, false, null);
        opened.basicConsume(
            queue,
            false,
            UUID.randomUUID().toString(),
            false,
            false,
            Map.of("x-priority", priority),
            (tag, delivery) -> arrived(opened, delivery, tag),
            tag -> consumeAgainLater("the queue was deleted"),
            (tag, cause) -> {
              if (!cause.isHardError()) {
                consumeAgainLater(AmqpConnection.phrase(cause));
              }
            });
        refusal = null;
      } catch (IOException | RuntimeException e) {
        if (connection.current().isPresent()) {
          consumeAgainLater(AmqpConnection.phrase(e.getCause() == null ? e : e.getCause()));
        }
      }
    }

    private void consumeAgainLater(String why) {
      if (result.isDone()) {
        return;
      }
      refusal = "can't consume from %s: %s".formatted(queue, why);
      log.warn("{}; will try again", refusal);
      try {
        ScheduledFuture<?> unused =
            scheduler.schedule(
                this::consumeSoon, PAUSE_AFTER_REFUSAL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        result.complete(Optional.empty());
      }
    }

    private void arrived(Channel on, Delivery delivery, String consumer) {
      AmqpDelivery taken = new AmqpDelivery(on, delivery, endings, blocking, scheduler);
      run(
          () -> {
            stopConsuming(on, consumer);
            if (taken.isRedelivered() && !isToRun(taken)) {
              return;
            }
            waits.remove(this);
            if (!result.complete(Optional.of(taken))) {
              taken.giveBack();
            }
          });
    }

    /** Whoever had it before may have ended its job; if so, or if nobody can tell, waits on. */
    private boolean isToRun(AmqpDelivery again) {
      try {
        if (!again.isEnded()) {
          return true;
        }
        log.info("a job came again after its end was written down: acked");
        CompletableFuture<Void> unused = again.ack().thenRun(this::consumeSoon);
      } catch (IOException | RuntimeException e) {
        again.giveBack();
        consumeAgainLater(
            "can't tell whether a job that came again has ended: " + AmqpConnection.phrase(e));
      }
      return false;
    }

    private void stopConsuming(Channel on, String consumer) {
      try {
        on.basicCancel(consumer);
      } catch (IOException | RuntimeException e) {
        log.debug("a consumer ended with its channel: {}", AmqpConnection.phrase(e));
      }
    }

    private synchronized void end() {
      try {
        if (channel != null && channel.isOpen()) {
          channel.close();
        }
      } catch (IOException | TimeoutException | RuntimeException e) {
        log.debug("a channel ended with its connection: {}", AmqpConnection.phrase(e));
      }
    }
  }
}
