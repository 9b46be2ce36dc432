package io.macpool.brain.lifecycle;

import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.create.CreateFailure;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.lease.Lease;
import io.macpool.core.fleet.lease.LeasePlanner;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holders renew their leases here; what a holder made goes when it has fallen silent while others
 * are heard. Instances of clients without a lease are none of its business.
 */
public final class Leases {

  private static final Logger log = LoggerFactory.getLogger(Leases.class);

  private final LedgerExecutor executor;
  private final Reclaimer reclaimer;
  private final Duration longestGap;
  private final boolean dryRun;
  private final Clock clock;
  private final MeterRegistry meters;
  private Optional<Instant> lookedAt = Optional.empty();
  private volatile Instant hearingSince = Instant.EPOCH;

  /**
   * @param longestGap between two looks at the ledger; after a longer one silence counts anew
   */
  public Leases(
      LedgerExecutor executor,
      Reclaimer reclaimer,
      Duration longestGap,
      boolean dryRun,
      Clock clock,
      MeterRegistry meters) {
    this.executor = executor;
    this.reclaimer = reclaimer;
    this.longestGap = longestGap;
    this.dryRun = dryRun;
    this.clock = clock;
    this.meters = meters;
  }

  /** The holder lives. */
  public CompletableFuture<Lease> renew(String owner, String id, Duration duration) {
    Lease lease = new Lease(owner, id, clock.instant(), duration);
    CompletableFuture<Lease> renewed =
        executor.ask(
            ledger -> {
              ledger.renew(lease);
              return lease;
            });
    Background.whenEnded(
        renewed,
        (done, failure) -> {
          if (failure != null) {
            missed();
          }
        });
    return renewed;
  }

  /** Whether somebody holds the lease: it was renewed once, and not given up. */
  public CompletableFuture<Boolean> isTaken(String owner, String id) {
    return executor.ask(ledger -> ledger.isLeaseTaken(owner, id));
  }

  /** What lives under a lease and is not yet to be destroyed. */
  public CompletableFuture<List<String>> instances(String owner, String id) {
    return executor.ask(ledger -> ledger.leased(owner, id));
  }

  /** Holders may have spoken without being heard: silence counts anew. */
  public void missed() {
    hearingSince = clock.instant();
  }

  /** An instance is its holder's from now on; to be called before the holder learns of it. */
  CompletableFuture<Void> put(String instance, String owner, String lease) {
    return executor.ask(
        ledger -> {
          ledger.lease(instance, owner, lease);
          if (!ledger.isLeaseTaken(owner, lease)) { // given up meanwhile, with all that it held
            throw new CreateFailure(
                CreateFailure.Kind.FAILED, "unknown-lease", "the lease was given up meanwhile");
          }
          return null;
        });
  }

  /** The holder gives up all that it holds. */
  public CompletableFuture<Void> end(String owner, String id) {
    return executor
        .ask(ledger -> ledger.leased(owner, id))
        .thenCompose(
            instances ->
                CompletableFuture.allOf(
                    instances.stream()
                        .map(
                            instance ->
                                reclaimer.reclaim(ended(instance, "lease given up")).recorded())
                        .toArray(CompletableFuture[]::new)))
        .thenCompose(
            recorded ->
                executor.ask(
                    ledger -> {
                      ledger.disownLeased(owner, id);
                      ledger.endLease(owner, id);
                      return null;
                    }));
  }

  /**
   * One look at the ledger; on the reconciler's thread alone.
   *
   * @param leads whether it is this replica that acts
   */
  public void look(Ledger ledger, boolean leads, Instant now) {
    if (lookedAt.isEmpty() || lookedAt.get().plus(longestGap).isBefore(now)) {
      hearingSince = now;
    }
    lookedAt = Optional.of(now);
    if (!leads) {
      return;
    }
    for (Lease lease : LeasePlanner.ended(ledger.leases(), hearingSince)) {
      List<String> left = ledger.leased(lease.owner(), lease.id());
      if (left.isEmpty()) {
        continue;
      }
      log.info(
          "plan: {}destroy {}: {} of {} was last heard at {}, others since",
          dryRun ? "dry run, would " : "",
          left,
          lease.id(),
          lease.owner(),
          lease.renewedAt());
      if (!dryRun) {
        left.forEach(this::reclaim);
      }
    }
  }

  private static Transition ended(String instance, String reason) {
    return Transition.of(instance, InstanceEvent.LEASE_ENDED, reason);
  }

  private void reclaim(String instance) {
    meters.counter("reconcile.actions", "deed", "DESTROY", "reason", "lease-ended").increment();
    Background.run(
        "destroy " + instance, reclaimer.reclaim(ended(instance, "lease-ended")).carriedOut());
  }
}
