package io.macpool.worker.queue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A delivery and the channel that holds it: with the channel the delivery is lost. */
final class AmqpDelivery implements io.macpool.worker.job.Delivery {

  private static final Logger log = LoggerFactory.getLogger(AmqpDelivery.class);

  private interface End {
    void on(Channel channel) throws IOException;
  }

  private final Channel channel;
  private final Delivery delivery;
  private final Executor blocking;
  private final AtomicBoolean ended = new AtomicBoolean();

  AmqpDelivery(Channel channel, Delivery delivery, Executor blocking) {
    this.channel = channel;
    this.delivery = delivery;
    this.blocking = blocking;
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
  public CompletableFuture<Boolean> ack() {
    return end("ack", on -> on.basicAck(tag(), false));
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
