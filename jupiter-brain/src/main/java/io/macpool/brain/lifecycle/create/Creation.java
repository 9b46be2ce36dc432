package io.macpool.brain.lifecycle.create;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.execution.BrokerRuntime;
import io.macpool.brain.lifecycle.execution.Cloning;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.brain.lifecycle.slots.PendingSlots;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.Mark;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One instance on its way from a record in the ledger to a machine that runs. The intent is on
 * record, and its slot held, before this begins; whatever fails, the instance is reclaimed.
 */
final class Creation {

  /** What every creation works with. */
  record Site(
      FleetState fleet, BrokerProcess process, PendingSlots pending, Creations.Limits limits) {

    LedgerExecutor executor() {
      return fleet.executor();
    }

    LiveInstances live() {
      return fleet.live();
    }

    Hypervisor hypervisor() {
      return fleet.hypervisor();
    }

    CrashPoint checkpoint() {
      return process.checkpoint();
    }

    BrokerRuntime runtime() {
      return process.runtime();
    }

    Clock clock() {
      return process.clock();
    }
  }

  private final Site site;
  private final Image image;
  private final Instance intent;
  private final CloneOrder.Suspension suspension;
  private final Cancellation cancellation;
  private final Stopwatch time;
  private volatile boolean madeNothing = true;

  Creation(
      Site site,
      Image image,
      Instance intent,
      CloneOrder.Suspension suspension,
      Cancellation cancellation,
      Stopwatch time) {
    this.site = site;
    this.image = image;
    this.intent = intent;
    this.suspension = suspension;
    this.cancellation = cancellation;
    this.time = time;
  }

  /** Completes with the instance as the ledger has it then, or with a {@link CreateFailure}. */
  CompletableFuture<Instance> run() {
    Cloning cloning =
        new Cloning(
            site.hypervisor(),
            new CloneOrder(
                image,
                intent.id(),
                intent.host(),
                new Mark(site.executor().ledgerId(), intent.id()),
                suspension),
            site.clock().instant().plus(site.limits().taskLimit()),
            site.runtime(),
            () -> site.pending().lost(intent.id()));
    return step("clone", CreatePhase.CLONE, () -> cloned(cloning))
        .thenApply(clone -> passed(CrashPoint.Step.CLONED, clone))
        .thenCompose(clone -> started(clone).thenCombine(cloneRecorded(clone), (on, kept) -> on))
        .thenApply(clone -> passed(CrashPoint.Step.SWITCHED_ON, clone))
        .thenCompose(clone -> record(InstanceEvent.STARTED, "switched on", clone.ref(), clone))
        .thenApply(clone -> passed(CrashPoint.Step.READY_RECORDED, clone))
        .thenApply(clone -> site.live().find(intent.id()).orElse(intent));
  }

  private CompletableFuture<Cloning.Clone> cloned(Cloning cloning) {
    madeNothing = false;
    return cloning.run().whenComplete((clone, failure) -> madeNothing = cloning.madeNothing());
  }

  /** Whether it is certain that nothing exists, nor will: vCenter was asked for no clone. */
  boolean madeNothing() {
    return madeNothing;
  }

  /**
   * Beside the start, which need not wait for it: whatever becomes of this process, the intent is
   * on record, and a clone is found by its name.
   */
  private CompletableFuture<Cloning.Clone> cloneRecorded(Cloning.Clone clone) {
    return record(InstanceEvent.MADE, "cloned", clone.ref(), clone)
        .thenApply(kept -> passed(CrashPoint.Step.CLONE_RECORDED, kept));
  }

  private CompletableFuture<Cloning.Clone> started(Cloning.Clone clone) {
    return clone.running() ? done(clone) : sized(clone).thenCompose(this::switchedOn);
  }

  private Cloning.Clone passed(CrashPoint.Step step, Cloning.Clone clone) {
    site.checkpoint().passed(step);
    return clone;
  }

  private CompletableFuture<Cloning.Clone> sized(Cloning.Clone clone) {
    if (intent.size().isAsImage(image)) {
      return done(clone);
    }
    return step(
        "resize",
        CreatePhase.RESIZE,
        () -> site.hypervisor().resize(clone.ref(), intent.size()).thenApply(n -> clone));
  }

  private CompletableFuture<Cloning.Clone> switchedOn(Cloning.Clone clone) {
    return step(
        "power-on",
        CreatePhase.POWER_ON,
        () -> site.hypervisor().powerOn(clone.ref()).thenApply(n -> clone));
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
            failure -> {
              CreateFailure why = CreateFailure.of(name, Cloning.unwrap(failure));
              return CompletableFuture.failedFuture(
                  intent.size().isAsImage(image) ? why : why.ofChosenSize());
            });
  }

  /** Somebody may have decided meanwhile that the instance goes: then it does not move on. */
  private CompletableFuture<Cloning.Clone> record(
      InstanceEvent event, String reason, String ref, Cloning.Clone clone) {
    return site.executor()
        .advance(Transition.of(intent.id(), event, reason).withRef(ref))
        .thenApply(
            outcome -> {
              outcome.now().ifPresent(site.live()::put);
              if (!outcome.happened()) {
                throw new CreateFailure(
                    CreateFailure.Kind.FAILED,
                    "reclaimed",
                    "the instance was deleted while it was being made");
              }
              return clone;
            });
  }

  private static <T> CompletableFuture<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
