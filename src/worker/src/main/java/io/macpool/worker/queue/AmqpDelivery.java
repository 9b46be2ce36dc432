package io.macpool.worker.queue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import io.macpool.worker.job.StateReport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A delivery and the channel that holds it: with the channel the delivery is lost. */
final class AmqpDelivery implements io.macpool.worker.job.Delivery {

  private static final Logger log = LoggerFactory.getLogger(AmqpDelivery.class);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private interface End {
    void on(Channel channel) throws IOException;
  }

  private final Channel channel;
  private final Delivery delivery;
  private final AmqpEndings endings;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private final String key;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean isWrittenDown;

  AmqpDelivery(
      Channel channel,
      Delivery delivery,
      AmqpEndings endings,
      Executor blocking,
      ScheduledExecutorService scheduler) {
    this.channel = channel;
    this.delivery = delivery;
    this.endings = endings;
    this.blocking = blocking;
    this.scheduler = scheduler;
    this.key = AmqpEndings.key(delivery.getProperties(), delivery.getBody());
  }

  @Override
  public byte[] body() {
    return delivery.getBody();
  }

  @Override
  public boolean isRedelivered() {
    return delivery.getEnvelope().isRedeliver();
  }

  @Override
  public boolean isLost() {
    return !ended.get() && !channel.isOpen();
  }

  @Override
  public CompletableFuture<Boolean> endAs(StateReport report) {
    CompletableFuture<Boolean> counts = new CompletableFuture<>();
    tryToEndAs(report, counts);
    return counts;
  }

  /** Again until it succeeds: a report waits for the broker for as long as the worker lives. */
  private void tryToEndAs(StateReport report, CompletableFuture<Boolean> counts) {
    try {
      blocking.execute(
          () -> {
            try {
              if (isRedelivered() || isLost()) {
                counts.complete(endings.writeFirst(key, report));
              } else {
                endings.write(channel, key, report);
                isWrittenDown = true;
                counts.complete(true);
              }
            } catch (IOException | RuntimeException e) {
              log.debug("the end of a job is not written yet: {}", AmqpConnection.phrase(e));
              later(() -> tryToEndAs(report, counts), counts);
            }
          });
    } catch (RejectedExecutionException e) {
      counts.completeExceptionally(
          new IllegalStateException("the worker ended before the end of a job was written", e));
    }
  }

  private void later(Runnable task, CompletableFuture<Boolean> counts) {
    try {
      ScheduledFuture<?> unused = scheduler.schedule(task, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      counts.completeExceptionally(
          new IllegalStateException("the worker ended before the end of a job was written", e));
    }
  }

  @Override
  public CompletableFuture<Boolean> isEndedElsewhere() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return isEnded();
          } catch (IOException | RuntimeException e) {
            log.info("can't tell whether a job has ended: {}", AmqpConnection.phrase(e));
            return false;
          }
        },
        blocking);
  }

  /** Whether its job has ended under an earlier delivery; waits for the broker. */
  boolean isEnded() throws IOException {
    return endings.isEnded(key);
  }

  @Override
  public CompletableFuture<Boolean> ack() {
    return end(
        "ack",
        on -> {
          on.basicAck(tag(), false);
          if (isWrittenDown) {
            endings.forget(on, key);
          }
        });
  }

  @Override
  public void reject() {
    CompletableFuture<Boolean> unused = end("reject", on -> on.basicReject(tag(), false));
  }

  @Override
  public void giveBack() {
    CompletableFuture<Boolean> unused = end("give back", on -> on.basicReject(tag(), true));
  }

  private long tag() {
    return delivery.getEnvelope().getDeliveryTag();
  }

  /** Closing the channel after it makes sure that the broker has read it. */
  private CompletableFuture<Boolean> end(String what, End end) {
    if (!ended.compareAndSet(false, true)) {
      return CompletableFuture.completedFuture(true);
    }
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    try {
      blocking.execute(
          () -> {
            try {
              end.on(channel);
              channel.close();
              done.complete(true);
            } catch (IOException | TimeoutException | RuntimeException e) {
              log.info("could not {} a delivery: {}", what, AmqpConnection.phrase(e));
              done.complete(false);
            }
          });
    } catch (RejectedExecutionException e) {
      done.complete(false); // the worker closes: the broker takes it back with the connection
    }
    return done;
  }
}
