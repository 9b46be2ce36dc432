package io.macpool.cli;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerException;
import io.macpool.broker.BrokerException.Reason;
import io.macpool.broker.Instance;
import io.macpool.broker.NewInstance;
import io.macpool.core.GoDuration;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An instance that is ours as long as this lives: it is made under a lease that we renew, and
 * destroyed at our end. Whoever is killed renews no more, and the broker destroys it.
 */
final class HeldInstance implements AutoCloseable {

  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final Duration RENEWAL = Duration.ofSeconds(20);
  private static final Duration DESTRUCTION = Duration.ofSeconds(30);

  private final Broker broker;
  private final PrintWriter err;
  private final String lease = "macpool-" + UUID.randomUUID();
  private final AtomicBoolean closed = new AtomicBoolean();
  private ScheduledFuture<?> renewing;
  private BrokerClient client;
  private volatile Instance instance;

  private HeldInstance(Broker broker, PrintWriter err) {
    this.broker = broker;
    this.err = err;
    this.client = broker.client();
  }

  /**
   * Makes one, and waits for a free Mac if need be.
   *
   * @param patience how long to wait for one
   * @param err where to say what is waited for
   * @throws PoolException if there was none
   * @throws CompletionException with a {@link BrokerException}
   */
  static HeldInstance make(Broker broker, NewInstance wanted, Duration patience, PrintWriter err)
      throws InterruptedException {
    HeldInstance held = new HeldInstance(broker, err);
    boolean made = false;
    try {
      held.takeLease();
      held.create(wanted, patience);
      made = true;
      return held;
    } finally {
      if (!made) {
        held.close();
      }
    }
  }

  private void takeLease() {
    if (!client.renew(lease, LEASE).join()) {
      err.println("macpool: this broker knows no leases: end me by Ctrl-C, not by kill -9");
      return;
    }
    client = client.leasedBy(lease);
    renewing =
        broker
            .threads()
            .scheduleWithFixedDelay(
                this::renew, RENEWAL.toMillis(), RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One that fails is followed by others before the lease ends. */
  private void renew() {
    CompletableFuture<Boolean> unused = client.renew(lease, LEASE);
  }

  private void create(NewInstance wanted, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    String key = UUID.randomUUID().toString();
    boolean told = false;
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      try {
        instance = client.create(wanted, key).join();
        return;
      } catch (CompletionException e) {
        if (!(Main.cause(e) instanceof BrokerException refused)
            || refused.reason() != Reason.FULL) {
          throw e;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new PoolException(
              "no Mac was free within %s: %s"
                  .formatted(GoDuration.format(patience), refused.getMessage()));
        }
        if (!told) {
          err.println("macpool: waiting for a free Mac: " + refused.getMessage());
          err.flush();
          told = true;
        }
        long pause = Math.min(left, refused.retryAfter().toNanos());
        never.await(pause, TimeUnit.NANOSECONDS);
      }
    }
  }

  String id() {
    return instance.id();
  }

  /** As it is now; empty if it is gone. */
  Optional<Instance> look() {
    return client.find(id()).join();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (renewing != null) {
      renewing.cancel(false);
    }
    if (instance == null) {
      return;
    }
    try {
      client.delete(id()).get(DESTRUCTION.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      err.println(
          "macpool: instance %s is not destroyed yet (%s): the broker does so when its lease ends, in %s at most"
              .formatted(id(), Main.cause(e).getMessage(), GoDuration.format(LEASE)));
      err.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
