package io.macpool.cli.instance;

import io.macpool.broker.BrokerClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A lease that is renewed as long as this is open. Whoever is killed renews no more. */
public final class HeldLease implements AutoCloseable {

  /** Two renewals may fail before the lease ends. */
  private static final int RENEWALS = 3;

  private final ScheduledFuture<?> renewing;

  private HeldLease(ScheduledFuture<?> renewing) {
    this.renewing = renewing;
  }

  /**
   * Renews a lease from now on; a renewal that fails is followed by others before the lease ends.
   *
   * @param delay until the first one
   */
  public static HeldLease renewed(
      BrokerClient client,
      ScheduledExecutorService threads,
      String lease,
      Duration duration,
      Duration delay) {
    return new HeldLease(
        threads.scheduleWithFixedDelay(
            () -> {
              CompletableFuture<Boolean> unused = client.renew(lease, duration);
            },
            delay.toMillis(),
            pause(duration).toMillis(),
            TimeUnit.MILLISECONDS));
  }

  /** Between two renewals. */
  public static Duration pause(Duration lease) {
    return lease.dividedBy(RENEWALS);
  }

  /** Renews no more; the lease itself stays until its time is over. */
  @Override
  public void close() {
    renewing.cancel(false);
  }
}
