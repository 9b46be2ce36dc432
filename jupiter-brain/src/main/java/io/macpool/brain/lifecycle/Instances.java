package io.macpool.brain.lifecycle;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.create.Cancellation;
import io.macpool.brain.lifecycle.create.CreateRequest;
import io.macpool.brain.lifecycle.create.Creations;
import io.macpool.brain.lifecycle.create.Provisioning;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.execution.Cloning;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Ownership;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

/** What clients may ask of the broker, in its own words. */
public final class Instances {

  private final LedgerExecutor executor;
  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final Creations creations;
  private final Reclaimer reclaimer;
  private final Leases leases;
  private final String broker;
  private final CrashPoint checkpoint;
  private final Clock clock;

  public Instances(
      FleetState fleet, BrokerProcess process, Provisioning provisioning, Leases leases) {
    this.executor = fleet.executor();
    this.live = fleet.live();
    this.hypervisor = fleet.hypervisor();
    this.creations = provisioning.creations();
    this.reclaimer = provisioning.reclaimer();
    this.leases = leases;
    this.broker = process.id();
    this.checkpoint = process.checkpoint();
    this.clock = process.clock();
  }

  /** Makes an instance for a client, which must be told, and then {@link #answered} called. */
  public CompletableFuture<Instance> create(CreateRequest request, Cancellation cancellation) {
    return creations
        .create(request, cancellation)
        .thenCompose(
            made ->
                request.lease().isEmpty()
                    ? CompletableFuture.completedFuture(made)
                    : underLease(made, request.owner().orElseThrow(), request.lease().get()));
  }

  /** Creates that wait in this replica, by owner. */
  public Map<String, Integer> waiting() {
    return creations.waiting();
  }

  /** The lease is on record before the owner is told: till then nobody claims the instance. */
  private CompletableFuture<Instance> underLease(Instance made, String owner, String lease) {
    return leases
        .put(made.id(), owner, lease)
        .handle(
            (put, failure) -> {
              if (failure == null) {
                return made;
              }
              Background.run(
                  "take back " + made.id(),
                  reclaimer
                      .reclaim(Transition.of(made.id(), InstanceEvent.GIVEN_UP, "no-lease"))
                      .recorded());
              throw new CompletionException(Cloning.unwrap(failure));
            });
  }

  /** The answer has gone out to the owner. */
  public void answered(String id) {
    checkpoint.passed(CrashPoint.Step.ANSWERED);
    confirm(id);
  }

  private void confirm(String id) {
    Background.run(
        "confirm " + id,
        executor
            .advance(Transition.of(id, InstanceEvent.CONFIRMED, "answered"))
            .thenAccept(outcome -> outcome.now().ifPresent(live::put)));
  }

  /** A client asks for an instance by its id: then it knows it, if it owns it. */
  public void askedFor(String id, String client) {
    if (live.find(id)
        .filter(i -> !i.confirmed() && i.phase() == InstancePhase.READY)
        .filter(i -> i.owner().equals(Optional.of(client)))
        .isPresent()) {
      confirm(id);
    }
  }

  /** Whether what this process remembers of an instance is enough to answer for it. */
  public boolean isKnown(String id) {
    return live.find(id).isPresent() || live.isGone(id);
  }

  /** Reads an instance from the ledger, as another replica may have made it just now. */
  public CompletableFuture<Void> learn(String id) {
    if (isKnown(id)) {
      return CompletableFuture.completedFuture(null);
    }
    return executor
        .ask(ledger -> ledger.find(id))
        .thenAccept(
            found -> {
              if (found.isPresent() && live.find(id).isEmpty()) {
                live.put(found.get());
              }
            });
  }

  /** Destroys an instance whose answer could not be given, unless its owner knows of it. */
  public Reclaimer.Destruction takeBack(String id, String reason) {
    return reclaimer.reclaim(Transition.of(id, InstanceEvent.GIVEN_UP, reason));
  }

  /**
   * Destroys an instance, or a machine that no record tells of, as a client asks.
   *
   * @return true once it is destroyed, false if there is no such thing
   */
  public CompletableFuture<Boolean> delete(String id, String reason) {
    Transition deletion = Transition.of(id, InstanceEvent.DELETED, reason);
    return learn(id)
        .thenCompose(
            nothing -> {
              if (live.find(id).isPresent()) {
                return reclaimer.reclaim(deletion).carriedOut().thenApply(done -> true);
              }
              Optional<Machine> stranger =
                  live.isGone(id) ? Optional.empty() : hypervisor.lastKnown().machine(id);
              return stranger.isEmpty()
                  ? disown(id, owner -> true, reason).thenApply(done -> false)
                  : adopt(List.of(stranger.get()))
                      .thenCompose(adopted -> reclaimer.reclaim(deletion).carriedOut())
                      .thenApply(done -> true);
            });
  }

  /**
   * Notes that an instance whose record was closed, as its machine went from sight, is wanted no
   * more: should the machine return, it is destroyed. Does nothing to any other.
   *
   * @param may whether whoever asks may destroy what such an owner has
   */
  public CompletableFuture<Void> disown(String id, Predicate<Optional<String>> may, String reason) {
    return executor
        .ask(ledger -> ledger.find(id))
        .thenCompose(
            found ->
                found
                        .filter(i -> InstanceEvent.DISOWNED.next(i, Optional.empty()).isPresent())
                        .filter(instance -> may.test(instance.owner()))
                        .isEmpty()
                    ? CompletableFuture.completedFuture(null)
                    : executor
                        .advance(Transition.of(id, InstanceEvent.DISOWNED, reason))
                        .thenAccept(outcome -> outcome.now().ifPresent(live::put)));
  }

  /** Records every machine in the folder of clones that is not on record. */
  public CompletableFuture<Integer> sync() {
    return hypervisor
        .read()
        .thenCompose(
            inventory ->
                adopt(
                    inventory.machines().values().stream()
                        .filter(machine -> !isKnown(machine.name()))
                        .toList()));
  }

  private CompletableFuture<Integer> adopt(List<Machine> machines) {
    return executor.ask(ledger -> adopt(ledger, machines));
  }

  private int adopt(Ledger ledger, List<Machine> machines) {
    for (Machine machine : machines) {
      ledger.adopt(found(machine, broker, clock.instant()));
      ledger.find(machine.name()).ifPresent(live::put);
    }
    return machines.size();
  }

  /** The record of a machine that was found: it is somebody's, we don't know whose. */
  public static Instance found(Machine machine, String broker, Instant now) {
    return new Instance(
        machine.name(),
        InstancePhase.READY,
        Optional.empty(),
        Ownership.UNKNOWN,
        machine.host(),
        Instance.Size.AS_IMAGE,
        broker,
        true,
        Health.UNPROVEN,
        0,
        Optional.of(machine.ref()),
        machine.bootedAt().filter(boot -> boot.isBefore(now)).orElse(now),
        now,
        "found in the folder of clones",
        machine.sign().uuid(),
        Optional.empty());
  }
}
