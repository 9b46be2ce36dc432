package io.macpool.brain.lifecycle.execution;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.core.fleet.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one clone and never two. A clone is not idempotent: when its answer is lost, the name is
 * looked for, and only when vCenter shows neither the machine nor a clone that runs is it asked for
 * again.
 */
public final class Cloning {

  private static final Logger log = LoggerFactory.getLogger(Cloning.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
  private static final int SURE_AFTER = 3; // looks in a row that found nothing
  private static final int ATTEMPTS = 3;

  /**
   * What was made.
   *
   * @param running whether it runs already, as instant clones do
   */
  public record Clone(String ref, boolean running) {}

  private final Hypervisor hypervisor;
  private final CloneOrder order;
  private final Instant deadline;
  private final BrokerRuntime runtime;
  private final Runnable onLost;
  private volatile boolean instantlyBegun;
  private volatile boolean madeNothing;

  /**
   * @param onLost called when an answer was lost, so that only looking can tell what there is
   */
  public Cloning(
      Hypervisor hypervisor,
      CloneOrder order,
      Instant deadline,
      BrokerRuntime runtime,
      Runnable onLost) {
    this.hypervisor = hypervisor;
    this.order = order;
    this.deadline = deadline;
    this.runtime = runtime;
    this.onLost = onLost;
  }

  /** Instantly if the image is frozen, else, or if that fails, by a linked clone. */
  public CompletableFuture<Clone> run() {
    boolean atHome =
        order.host().isEmpty()
            || order.host().equals(order.image().host()); // or it can't be instant
    if (!order.image().instant() || !atHome) {
      return linked(1);
    }
    return hypervisor
        .cloneInstantly(order)
        .thenApply(ref -> new Clone(ref, true))
        .exceptionallyCompose(failure -> afterInstant(unwrap(failure)));
  }

  private CompletableFuture<Clone> afterInstant(Throwable failure) {
    instantlyBegun = !(failure instanceof HypervisorFailure known && known.nothingWasDone());
    if (failure instanceof HypervisorFailure.OutcomeUnknown) {
      onLost.run();
      return search(1, 0, true);
    }
    log.info("a linked clone instead of an instant one: {}", failure.getMessage());
    return linked(1);
  }

  private CompletableFuture<Clone> linked(int attempt) {
    return hypervisor
        .cloneLinked(order)
        .thenApply(ref -> new Clone(ref, false))
        .exceptionallyCompose(failure -> afterLinked(attempt, unwrap(failure)));
  }

  private CompletableFuture<Clone> afterLinked(int attempt, Throwable failure) {
    boolean lost =
        failure instanceof HypervisorFailure.OutcomeUnknown
            || (attempt > 1
                && failure instanceof HypervisorFailure.Refused refused
                && refused.kind().equals(HypervisorFailure.Refused.NAME_TAKEN));
    if (!lost || attempt >= ATTEMPTS) {
      // After a lost answer nothing is certain any more, whatever this one says.
      madeNothing =
          attempt == 1
              && failure instanceof HypervisorFailure known
              && known.nothingWasDone()
              && !instantlyBegun;
      return CompletableFuture.failedFuture(failure);
    }
    log.warn("looking for {} by its name: {}", order.name(), failure.getMessage());
    onLost.run();
    return search(attempt, 0, false);
  }

  /** Whether it ended in a failure that makes certain that there is no clone, nor will be. */
  public boolean madeNothing() {
    return madeNothing;
  }

  private CompletableFuture<Clone> search(int attempt, int misses, boolean running) {
    if (runtime.clock().instant().isAfter(deadline)) {
      return CompletableFuture.failedFuture(
          new HypervisorFailure.OutcomeUnknown(
              "clone " + order.name() + ": its answer was lost and it was not found in time",
              null));
    }
    return runtime
        .after(LOOK_AGAIN)
        .thenCompose(nothing -> look())
        .thenCompose(
            found -> {
              if (found.isPresent()) {
                return done(new Clone(found.get().ref(), running));
              }
              // Asked before the look and after it, both say that no clone runs: it never started.
              boolean quiet = !hypervisor.mayBeCloning(order.image().ref());
              int missed = quiet ? misses + 1 : 0;
              return missed >= SURE_AFTER ? linked(attempt + 1) : search(attempt, missed, running);
            });
  }

  /** A look that fails is a look that saw something going on: it is repeated, not believed. */
  private CompletableFuture<Optional<Machine>> look() {
    return hypervisor
        .find(order.name(), order.host())
        .exceptionallyCompose(
            failure -> runtime.after(LOOK_AGAIN).thenCompose(nothing -> lookAgain()));
  }

  private CompletableFuture<Optional<Machine>> lookAgain() {
    return runtime.clock().instant().isAfter(deadline)
        ? CompletableFuture.failedFuture(
            new HypervisorFailure.OutcomeUnknown(
                "clone " + order.name() + ": " + hypervisor.peer() + " did not come back in time",
                null))
        : look();
  }

  private static <T> CompletableFuture<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }

  public static Throwable unwrap(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
