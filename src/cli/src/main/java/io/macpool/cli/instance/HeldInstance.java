package io.macpool.cli.instance;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerException;
import io.macpool.broker.Instance;
import io.macpool.broker.NewInstance;
import io.macpool.cli.config.Broker;
import io.macpool.cli.screen.Failures;
import io.macpool.core.GoDuration;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An instance that is ours as long as this lives: it is made under a lease that we renew, and
 * destroyed at our end. Whoever is killed renews no more, and the broker destroys it.
 */
public final class HeldInstance implements AutoCloseable {

  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final Duration DESTRUCTION = Duration.ofSeconds(30);

  private final Broker broker;
  private final PrintWriter err;
  private final String lease = "macpool-" + UUID.randomUUID();
  private boolean closed;
  private @Nullable HeldLease renewing;
  private BrokerClient client;
  private volatile @Nullable Instance instance;

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
  public static HeldInstance make(
      Broker broker, NewInstance wanted, Duration patience, PrintWriter err)
      throws InterruptedException {
    HeldInstance held = new HeldInstance(broker, err);
    boolean made = false;
    try {
      held.takeLease();
      held.instance =
          FreeMac.await(held.client, wanted, UUID.randomUUID().toString(), patience, err);
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
    renewing = HeldLease.renewed(client, broker.threads(), lease, LEASE, HeldLease.pause(LEASE));
  }

  String id() {
    return Objects.requireNonNull(instance, "it was made").id();
  }

  /** As it is now; empty if it is gone. */
  public Optional<Instance> look() {
    return client.find(id()).join();
  }

  /** Whether it is still there, as far as anybody knows. */
  public boolean exists() {
    try {
      return look().isPresent();
    } catch (CompletionException e) {
      return true; // the broker is away, which is no word of the instance
    }
  }

  /** Whoever comes second, at a signal, waits for the first: the broker's client is needed. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (renewing != null) {
      renewing.close();
    }
    if (instance == null) {
      return;
    }
    try {
      client.delete(id()).get(DESTRUCTION.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      err.println(
          "macpool: instance %s is not destroyed yet (%s): the broker does so when its lease ends, in %s at most"
              .formatted(id(), Failures.cause(e).getMessage(), GoDuration.format(LEASE)));
      err.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
