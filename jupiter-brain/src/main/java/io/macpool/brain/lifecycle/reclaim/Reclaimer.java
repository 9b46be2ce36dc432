package io.macpool.brain.lifecycle.reclaim;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.execution.Cloning;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.execution.Permits;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Machine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Destroys instances: first the decision goes on record, then the machine is switched off and
 * destroyed, then the slot is free. What fails in between stays on record, and the reconciler asks
 * for it again.
 */
public final class Reclaimer {

  private static final Logger log = LoggerFactory.getLogger(Reclaimer.class);

  /** Whoever says so speaks for the owner: nobody wants the instance, wherever it is. */
  private static final Set<InstanceEvent> FINAL =
      Set.of(InstanceEvent.DELETED, InstanceEvent.GIVEN_UP, InstanceEvent.LEASE_ENDED);

  private final LedgerExecutor executor;
  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final MachineDestroyer destroyer;
  private final Permits permits;
  private final DestroyBackoff backoff;
  private final CrashPoint checkpoint;
  private final MeterRegistry meters;
  private final Counter destroyed;
  private final Counter failed;
  private final Map<String, CompletableFuture<Void>> running = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Void>> beingMade = new ConcurrentHashMap<>();

  /**
   * @param atATime destructions at a time; the rest wait in order
   */
  public Reclaimer(FleetState fleet, BrokerProcess process, DestroyBackoff backoff, int atATime) {
    this.executor = fleet.executor();
    this.live = fleet.live();
    this.hypervisor = fleet.hypervisor();
    this.destroyer = new MachineDestroyer(live, hypervisor, process.checkpoint());
    this.permits = new Permits(atATime, Integer.MAX_VALUE);
    this.backoff = backoff;
    this.checkpoint = process.checkpoint();
    this.meters = process.meters();
    this.destroyed = ended("ok");
    this.failed = ended("failed");
    meters.counter("instance.destroy", "outcome", "ok");
    meters.counter("instance.destroy", "outcome", "error");
  }

  /** There from the start, at 0: a rate can't see a counter's first value. */
  private Counter ended(String result) {
    return Counter.builder("instance.destroys").tag("result", result).register(meters);
  }

  /** Ids that this process is making or destroying now: nobody else should touch them. */
  public boolean isInHand(String id) {
    return running.containsKey(id) || beingMade.containsKey(id);
  }

  /** Whether a destruction failed so lately, or its host is so lost, that trying is no use now. */
  public boolean rests(String id, Optional<Machine> machine) {
    return backoff.rests(id, machine);
  }

  /** The creation of {@code id} begins; {@code settled} completes when it asks vSphere no more. */
  public void beingMade(String id, CompletableFuture<Void> settled) {
    beingMade.put(id, settled);
    Background.whenEnded(settled, (nothing, failure) -> beingMade.remove(id, settled));
  }

  /**
   * What was decided and what becomes of it.
   *
   * @param recorded completes when the decision is on record: from then on it will be carried out,
   *     whatever happens
   * @param carriedOut completes when the machine is gone and its slot free
   */
  public record Destruction(CompletableFuture<Void> recorded, CompletableFuture<Void> carriedOut) {}

  /**
   * Decides that an instance goes, and carries it out. Asking twice does no harm. If it may not go,
   * as it is not any more what whoever asks took it for, both fail with a {@link
   * SupersededException}.
   */
  public Destruction reclaim(Transition decision) {
    return end(decision, Reclaimer::nothingKept);
  }

  /**
   * Decides that an instance that was handed to nobody ends, and has its host keep its machine
   * suspended, as nobody's. The decision on record is the usual one: whoever else carries it out,
   * or if it can't be suspended, the machine is destroyed.
   *
   * @param boot how long it took from its order to its SSH server's answer
   */
  public Destruction suspend(Transition decision, String ref, Duration boot) {
    return end(
        decision,
        () ->
            hypervisor
                .suspend(ref, boot)
                .handle(
                    (nothing, failure) -> {
                      if (failure != null) {
                        log.warn(
                            "{} is destroyed, as it can't be suspended: {}",
                            decision.id(),
                            Cloning.unwrap(failure).getMessage());
                      }
                      return failure == null;
                    }));
  }

  private static CompletableFuture<Boolean> nothingKept() {
    return CompletableFuture.completedFuture(false);
  }

  /**
   * @param kept tells, once it is asked, whether the machine is kept and there is nothing left to
   *     destroy
   */
  private Destruction end(Transition decision, Supplier<CompletableFuture<Boolean>> kept) {
    checkpoint.passed(CrashPoint.Step.BEFORE_DECISION);
    CompletableFuture<Boolean> decided =
        executor
            .advance(decision)
            .thenCompose(outcome -> disown(decision, outcome))
            .thenApply(
                outcome -> {
                  outcome.now().ifPresent(live::put);
                  checkpoint.passed(CrashPoint.Step.DECISION_RECORDED);
                  return stillToDo(decision, outcome);
                });
    return new Destruction(
        decided.thenApply(toDo -> null),
        decided.thenCompose(
            toDo ->
                toDo
                    ? carryOut(decision.id(), decision.reason(), false, kept)
                    : CompletableFuture.completedFuture(null)));
  }

  /**
   * Whoever decides may not have heard that the record was closed, as the machine went from sight:
   * should that return, it is wanted no more all the same.
   */
  private CompletableFuture<Transition.Outcome> disown(
      Transition decision, Transition.Outcome outcome) {
    boolean lost =
        outcome
            .now()
            .filter(now -> InstanceEvent.DISOWNED.next(now, Optional.empty()).isPresent())
            .isPresent();
    return lost && FINAL.contains(decision.event())
        ? executor.advance(Transition.of(decision.id(), InstanceEvent.DISOWNED, decision.reason()))
        : CompletableFuture.completedFuture(outcome);
  }

  /** Whether there is something to destroy, by this decision or an earlier one. */
  private static boolean stillToDo(Transition decision, Transition.Outcome outcome) {
    Optional<InstancePhase> phase = outcome.now().map(Instance::phase);
    if (phase.isEmpty() || phase.get() == InstancePhase.GONE) {
      return false;
    }
    if (phase.get() != InstancePhase.RECLAIMING) {
      throw new SupersededException(decision, outcome.now().get());
    }
    return true;
  }

  /**
   * Destroys what is on record as to be destroyed, or a machine that is on no record at all. What
   * can't be seen any more keeps its slot until its absence is confirmed.
   */
  public CompletableFuture<Void> carryOut(String id, String reason) {
    return carryOut(id, reason, false, Reclaimer::nothingKept);
  }

  /** As {@link #carryOut}, of what has been missing for so long that it counts as gone. */
  public CompletableFuture<Void> carryOutMissing(String id, String reason) {
    return carryOut(id, reason, true, Reclaimer::nothingKept);
  }

  private CompletableFuture<Void> carryOut(
      String id, String reason, boolean missing, Supplier<CompletableFuture<Boolean>> kept) {
    CompletableFuture<Void> fresh = new CompletableFuture<>();
    CompletableFuture<Void> before = running.putIfAbsent(id, fresh);
    if (before != null) {
      return before;
    }
    CompletableFuture<Void> made =
        beingMade.getOrDefault(id, CompletableFuture.completedFuture(null));
    CompletableFuture<Boolean> work =
        made.handle((nothing, failure) -> null)
            .thenCompose(nothing -> permits.acquire("").orElseThrow())
            .thenCompose(
                nothing -> ended(id, kept).whenComplete((done, failure) -> permits.release()))
            .thenCompose(
                end ->
                    end == MachineDestroyer.End.GONE
                            || (end == MachineDestroyer.End.LOST && missing)
                        ? recordGone(id, reason).thenApply(recorded -> true)
                        : CompletableFuture.completedFuture(false));
    Optional<String> host = host(id);
    Background.whenEnded(work, (gone, failure) -> finish(id, host, reason, gone, fresh, failure));
    return fresh;
  }

  private CompletableFuture<MachineDestroyer.End> ended(
      String id, Supplier<CompletableFuture<Boolean>> kept) {
    return kept.get()
        .thenCompose(
            done ->
                done
                    ? CompletableFuture.completedFuture(MachineDestroyer.End.GONE)
                    : destroyer.destroy(id));
  }

  private Optional<String> host(String id) {
    return hypervisor
        .lastKnown()
        .machine(id)
        .flatMap(Machine::host)
        .or(() -> live.find(id).flatMap(Instance::host));
  }

  private void finish(
      String id,
      Optional<String> host,
      String reason,
      Boolean gone,
      CompletableFuture<Void> result,
      Throwable wrapped) {
    running.remove(id, result);
    if (wrapped == null && !gone) {
      log.info("{} is not to be seen, its slot is held until that is certain: {}", id, reason);
      result.complete(null);
      return;
    }
    if (wrapped == null) {
      backoff.succeeded(id, host);
      meters.counter("instance.destroy", "outcome", "ok").increment();
      destroyed.increment();
      log.info("destroyed {}: {}", id, reason);
      result.complete(null);
      return;
    }
    Throwable failure = Cloning.unwrap(wrapped);
    String kind = failure instanceof HypervisorFailure known ? known.kind() : "error";
    meters.counter("instance.destroy", "outcome", kind).increment();
    failed.increment();
    if (failure instanceof HypervisorFailure) {
      backoff.failed(id, host, String.valueOf(failure.getMessage()));
    } else {
      log.warn("could not destroy {} yet, it is tried again: {}", id, failure.getMessage());
    }
    result.completeExceptionally(failure);
  }

  private CompletableFuture<Void> recordGone(String id, String reason) {
    checkpoint.passed(CrashPoint.Step.DESTROYED);
    return executor
        .advance(Transition.of(id, InstanceEvent.DESTROYED, reason))
        .thenAccept(
            outcome -> {
              outcome.now().ifPresent(live::put);
              checkpoint.passed(CrashPoint.Step.GONE_RECORDED);
            });
  }

  /**
   * Closes a record whose machine was not seen, if vCenter, asked for it alone, knows of none.
   * Completes with false if it knows of one.
   */
  public CompletableFuture<Boolean> forget(Instance instance, Transition vanished) {
    CompletableFuture<Optional<Machine>> look =
        instance.ref().isPresent()
            ? hypervisor.locate(instance.ref().get(), instance.uuid())
            : hypervisor.find(instance.id(), instance.host());
    return look.thenCompose(
        found -> {
          if (found.isPresent()) {
            log.info(
                "{} is not where it was, but there: {} on host {}",
                instance.id(),
                found.get().sign().title(),
                found.get().host().orElse("unknown"));
            return CompletableFuture.completedFuture(false);
          }
          return executor
              .advance(vanished)
              .thenApply(
                  outcome -> {
                    outcome.now().ifPresent(live::put);
                    return true;
                  });
        });
  }

  /** The ids that are being destroyed. */
  Set<String> running() {
    return Set.copyOf(running.keySet());
  }
}
