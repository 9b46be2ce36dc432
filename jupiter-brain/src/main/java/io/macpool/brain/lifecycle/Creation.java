package io.macpool.brain.lifecycle;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.ledger.LedgerException;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.PlacementPlanner;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One instance on its way from a record in the ledger to a machine that runs. The intent is on
 * record, and its slot held, before this begins; whatever fails, the instance is reclaimed.
 */
final class Creation {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final Creations shop;
  private final Image image;
  private final Instance intent;
  private final Cancellation cancellation;
  private final Stopwatch time;

  Creation(
      Creations shop, Image image, Instance intent, Cancellation cancellation, Stopwatch time) {
    this.shop = shop;
    this.image = image;
    this.intent = intent;
    this.cancellation = cancellation;
    this.time = time;
  }

  /** Completes with the instance as the ledger has it then, or with a {@link CreateFailure}. */
  CompletableFuture<Instance> run() {
    Optional<String> host =
        shop.limits().rules().policy() == PlacementPlanner.Policy.DRS
            ? Optional.empty()
            : intent.host();
    Cloning cloning =
        new Cloning(
            shop.hypervisor(),
            new CloneOrder(image, intent.id(), host),
            shop.clock().instant().plus(shop.limits().taskLimit()),
            shop.clock());
    return step("clone", CreatePhase.CLONE, cloning::run)
        .thenApply(clone -> passed(Checkpoint.Step.CLONED, clone))
        .thenCompose(clone -> record(InstancePhase.CLONED, "cloned", clone.ref(), clone))
        .thenApply(clone -> passed(Checkpoint.Step.CLONE_RECORDED, clone))
        .thenCompose(clone -> clone.running() ? done(clone) : sized(clone))
        .thenCompose(clone -> clone.running() ? done(clone) : switchedOn(clone))
        .thenApply(clone -> passed(Checkpoint.Step.SWITCHED_ON, clone))
        .thenCompose(clone -> record(InstancePhase.READY, "switched on", clone.ref(), clone))
        .thenApply(clone -> passed(Checkpoint.Step.READY_RECORDED, clone))
        .thenApply(clone -> shop.live().find(intent.id()).orElse(intent));
  }

  private Cloning.Clone passed(Checkpoint.Step step, Cloning.Clone clone) {
    shop.checkpoint().passed(step);
    return clone;
  }

  private CompletableFuture<Cloning.Clone> sized(Cloning.Clone clone) {
    if (intent.size().isAsImage(image)) {
      return done(clone);
    }
    return step(
        "resize",
        CreatePhase.RESIZE,
        () -> shop.hypervisor().resize(clone.ref(), intent.size()).thenApply(n -> clone));
  }

  private CompletableFuture<Cloning.Clone> switchedOn(Cloning.Clone clone) {
    return step(
        "power-on",
        CreatePhase.POWER_ON,
        () -> shop.hypervisor().powerOn(clone.ref()).thenApply(n -> clone));
  }

  /** Does one step unless nobody wants its result any more; its failure carries the step's name. */
  private <T> CompletableFuture<T> step(
      String name, CreatePhase phase, Supplier<CompletableFuture<T>> work) {
    Optional<CreateFailure> cancelled = cancellation.reason();
    if (cancelled.isPresent()) {
      return CompletableFuture.failedFuture(cancelled.get());
    }
    return work.get()
        .whenComplete((result, failure) -> time.lap(phase))
        .exceptionallyCompose(
            failure -> CompletableFuture.failedFuture(named(name, Cloning.unwrap(failure))));
  }

  static CreateFailure named(String step, Throwable failure) {
    if (failure instanceof CreateFailure known) {
      return known;
    }
    if (failure instanceof HypervisorFailure.Unavailable) {
      return new CreateFailure(
          CreateFailure.Kind.UNAVAILABLE, "unavailable", failure.getMessage(), SOON, failure);
    }
    if (failure instanceof HypervisorFailure known) {
      String outcome = step + "-failed:" + known.kind();
      return new CreateFailure(
          CreateFailure.Kind.FAILED, outcome, failure.getMessage(), null, failure);
    }
    if (failure instanceof LedgerException) {
      return new CreateFailure(
          CreateFailure.Kind.UNAVAILABLE, "ledger", failure.getMessage(), SOON, failure);
    }
    return new CreateFailure(
        CreateFailure.Kind.FAILED, "error", String.valueOf(failure.getMessage()), null, failure);
  }

  /** Somebody may have decided meanwhile that the instance goes: then it does not move on. */
  private CompletableFuture<Cloning.Clone> record(
      InstancePhase phase, String reason, String ref, Cloning.Clone clone) {
    return shop.desk()
        .ask(ledger -> ledger.advance(intent.id(), phase, reason, Optional.of(ref)))
        .thenApply(
            moved -> {
              shop.live()
                  .put(
                      moved.orElseThrow(
                          () ->
                              new CreateFailure(
                                  CreateFailure.Kind.FAILED,
                                  "reclaimed",
                                  "the instance was deleted while it was being made")));
              return clone;
            });
  }

  private static <T> CompletableFuture<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
