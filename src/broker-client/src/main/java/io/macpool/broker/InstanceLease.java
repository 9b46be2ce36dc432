package io.macpool.broker;

import io.macpool.broker.net.Retries;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the broker again and again that this process lives, so that the instances of one that does
 * not are destroyed soon, and not when their own time is over. That a renewal fails changes nothing
 * here: the next one comes soon, and an instance that was taken shows as lost.
 */
public final class InstanceLease implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(InstanceLease.class);

  /** Two renewals in a row may be lost. */
  private static final int RENEWALS = 4;

  /** A broker that knows no leases is asked again once in so many renewals. */
  private static final int LOOK_AGAIN = 150;

  /** How the last renewal went: told when it changes. */
  private enum State {
    UNTOLD,
    RENEWED,
    UNKNOWN_TO_BROKER,
    FAILED
  }

  private final BrokerClient broker;
  private final String id;
  private final Duration duration;
  private final AtomicReference<State> state = new AtomicReference<>(State.UNTOLD);
  private final ScheduledFuture<?> ticking;

  /** On the timer's thread alone. */
  private int skipped = 1;

  /**
   * Begins to renew.
   *
   * @param id no other process's, and not of a predecessor's either, unless its instances are taken
   *     over: see {@link BrokerClient#heldUnder}
   * @param duration after such a time of silence the instances go
   */
  public InstanceLease(
      BrokerClient broker, String id, Duration duration, ScheduledExecutorService scheduler) {
    this.broker = broker;
    this.id = id;
    this.duration = duration;
    this.ticking =
        scheduler.scheduleWithFixedDelay(
            this::renew, 0, Math.max(1, duration.toMillis() / RENEWALS), TimeUnit.MILLISECONDS);
  }

  private void renew() {
    if (state.get() == State.UNKNOWN_TO_BROKER && skipped++ % LOOK_AGAIN != 0) {
      return; // it may have been replaced by one that knows leases, but hardly just now
    }
    CompletableFuture<Void> unused =
        broker
            .renew(id, duration)
            .handle(
                (known, failure) -> {
                  if (failure != null) {
                    became(State.FAILED, String.valueOf(Retries.cause(failure).getMessage()));
                  } else {
                    became(known ? State.RENEWED : State.UNKNOWN_TO_BROKER, "");
                  }
                  return null;
                });
  }

  private void became(State now, String why) {
    State before = state.getAndSet(now);
    if (before == now) {
      return;
    }
    switch (now) {
      case RENEWED -> log.info("the broker holds our instances under the lease {}", id);
      case UNKNOWN_TO_BROKER ->
          log.info("the broker knows no leases: if this process dies, its own cleaning must do");
      case FAILED -> log.warn("the lease {} can't be renewed for now: {}", id, why);
      case UNTOLD -> throw new IllegalStateException("a renewal went some way");
    }
  }

  @Override
  public void close() {
    ticking.cancel(false);
  }
}
