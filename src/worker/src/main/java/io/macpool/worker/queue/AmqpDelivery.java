package io.macpool.worker.queue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import io.macpool.worker.job.StateReport;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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

/**
 * A delivery and the channel that holds it: with the channel the delivery is lost. Its consumer
 * stays until it is settled, with no room for another message: only so does the broker tell that
 * the queue's node is gone, after which every ack is taken and none counts.
 */
final class AmqpDelivery implements io.macpool.worker.job.Delivery {

  private static final Logger log = LoggerFactory.getLogger(AmqpDelivery.class);
  private static final Duration CONFIRM = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** How often a quorum queue got it back. */
  private static final String RETURNS = "x-delivery-count";

  /** Ours: a copy of a message that others may have had. */
  private static final String HANDED_OUT = "x-macpool-handed-out";

  private interface End {
    void on(Channel channel) throws IOException;
  }

  private final Channel channel;
  private final String consumer;
  private final Delivery delivery;
  private final String queue;
  private final JobEndRecords endings;
  private final RunLocks locks;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private final String key;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicBoolean isConsuming = new AtomicBoolean(true);
  private volatile boolean isWrittenDown;
  private volatile boolean isReported;
  private volatile boolean isWithdrawn;

  /**
   * Where a message came from.
   *
   * @param consumer the tag of the consumer on this channel, with a prefetch of one
   */
  record Source(Channel channel, String consumer, String queue) {}

  AmqpDelivery(
      Source source,
      Delivery delivery,
      JobEndRecords endings,
      RunLocks locks,
      AmqpThreads threads) {
    this.channel = source.channel();
    this.consumer = source.consumer();
    this.delivery = delivery;
    this.queue = source.queue();
    this.endings = endings;
    this.locks = locks;
    this.blocking = threads.blocking();
    this.scheduler = threads.scheduler();
    this.key = JobEndRecords.key(delivery.getProperties(), delivery.getBody());
  }

  @Override
  public byte[] body() {
    return delivery.getBody();
  }

  @Override
  public boolean isRedelivered() {
    return delivery.getEnvelope().isRedeliver() || headers().containsKey(HANDED_OUT);
  }

  @Override
  public String key() {
    return key;
  }

  private Map<String, Object> headers() {
    Map<String, Object> headers = delivery.getProperties().getHeaders();
    return headers == null ? Map.of() : headers;
  }

  /** How often it came back, where the queue counts that; else 0. */
  long returns() {
    return headers().get(RETURNS) instanceof Number number ? number.longValue() : 0;
  }

  @Override
  public boolean isLost() {
    return !ended.get() && (isWithdrawn || !channel.isOpen());
  }

  /** Its consumer was cancelled by the broker: the message went with its queue, or its node. */
  void withdrawn() {
    isWithdrawn = true;
    isConsuming.set(false);
    try {
      blocking.execute(() -> SupervisedChannel.abort(channel));
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: its channels go with its connection");
    }
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
                boolean first = endings.writeFirst(key, report);
                isReported = true;
                counts.complete(first);
              } else {
                endings.write(channel, key, report);
                isWrittenDown = true;
                isReported = true;
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
  private boolean isEnded() throws IOException {
    return endings.isEnded(key);
  }

  /**
   * The end that is written down is forgotten only if the queue is there after the ack: then the
   * ack has come to it.
   */
  @Override
  public CompletableFuture<Boolean> ack() {
    return end(
            "ack",
            on -> {
              on.basicAck(tag(), false);
              if (isWrittenDown) {
                AMQP.Queue.DeclareOk unused = on.queueDeclarePassive(queue);
                endings.forget(on, key);
              }
            })
        .thenApplyAsync(this::acked, blocking);
  }

  /** One that is not acked comes to somebody again: who shall know that all is told. */
  private boolean acked(boolean took) {
    try {
      if (!took && isReported) {
        endings.markTold(key);
      }
    } catch (IOException | RuntimeException e) {
      log.debug("could not note that a report is out: {}", AmqpConnection.phrase(e));
    }
    locks.release(key);
    return took;
  }

  @Override
  public void reject() {
    CompletableFuture<Boolean> unused = end("reject", on -> on.basicReject(tag(), false));
    locks.release(key);
  }

  @Override
  public void giveBack() {
    CompletableFuture<Boolean> unused =
        end(
            "give back",
            on -> {
              locks.markFree(on, key);
              goBack(on);
            });
    locks.release(key);
  }

  /** Not marked: it may have a runner, who is to be waited for. */
  @Override
  public CompletableFuture<Boolean> leave() {
    CompletableFuture<Boolean> left = end("leave", this::goBack);
    locks.release(key);
    return left;
  }

  private void goBack(Channel on) throws IOException {
    if (returns() == 0 || !put(on)) {
      on.basicReject(tag(), true);
    }
  }

  /**
   * Puts a copy at the queue's end, with none of its returns counted, and acks the message itself;
   * false if the queue does not take the copy. Who dies between the two leaves both: the job's lock
   * and its end keep it from being run twice.
   */
  boolean renew() throws IOException {
    stopConsuming();
    if (!put(channel)) {
      return false;
    }
    CompletableFuture<Boolean> unused = end("ack", on -> {});
    return true;
  }

  private boolean put(Channel on) throws IOException {
    Map<String, Object> headers = new HashMap<>(headers());
    headers.remove(RETURNS);
    headers.put(HANDED_OUT, true);
    AtomicBoolean returned = new AtomicBoolean();
    on.addReturnListener(message -> returned.set(true));
    on.basicPublish(
        "",
        queue,
        true,
        delivery.getProperties().builder().headers(headers).build(),
        delivery.getBody());
    try {
      if (!on.waitForConfirms(CONFIRM.toMillis()) || returned.get()) {
        return false;
      }
    } catch (TimeoutException e) {
      throw new IOException("the queue did not confirm a copy of a message", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a message was put anew", e);
    }
    on.basicAck(tag(), false);
    return true;
  }

  private long tag() {
    return delivery.getEnvelope().getDeliveryTag();
  }

  /** Its consumer was cancelled by us, before the message was settled. */
  void consumerCancelled() {
    isConsuming.set(false);
  }

  /**
   * Before a message is settled, lest another takes its place. A wait that ends may be quicker: the
   * client then knows no such consumer any more, before it has told us that it is cancelled.
   */
  private void stopConsuming() throws IOException {
    if (isConsuming.compareAndSet(true, false)) {
      try {
        channel.basicCancel(consumer);
      } catch (IOException e) {
        if (!channel.isOpen()) {
          throw e;
        }
        log.debug("the consumer is cancelled already: {}", AmqpConnection.phrase(e));
      }
    }
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
              stopConsuming();
              end.on(channel);
              channel.close();
              done.complete(true);
            } catch (IOException | TimeoutException | RuntimeException e) {
              log.info("could not {} a delivery: {}", what, AmqpConnection.phrase(e));
              SupervisedChannel.abort(channel); // the message goes back with it, and is not kept
              done.complete(false);
            }
          });
    } catch (RejectedExecutionException e) {
      done.complete(false); // the worker closes: the broker takes it back with the connection
    }
    return done;
  }
}
