package io.macpool.brain.lifecycle.reclaim;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.lifecycle.execution.Cloning;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Finds the machine of an instance, switches it off and destroys it. No other machine is touched,
 * whatever name or reference it has; and what is not to be seen is not said to be gone unless there
 * never was one.
 */
final class MachineDestroyer {

  /** What became of a machine that is to be destroyed. */
  enum End {
    /** It is no more, or there never was one. */
    GONE,
    /** It was seen once, and is not to be seen: it may have left the inventory, and run. */
    LOST,
    /** Its clone may still be on its way. */
    AWAITED
  }

  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final CrashPoint checkpoint;

  MachineDestroyer(LiveInstances live, Hypervisor hypervisor, CrashPoint checkpoint) {
    this.live = live;
    this.hypervisor = hypervisor;
    this.checkpoint = checkpoint;
  }

  /** Destroys the machine, if there is one; the decision is on record already. */
  CompletableFuture<End> destroy(String id) {
    return machine(id)
        .thenCompose(
            found ->
                found.isPresent()
                    ? destroy(id, found.get())
                    : CompletableFuture.completedFuture(unseen(id)));
  }

  private End unseen(String id) {
    if (mayYetAppear(id)) {
      return End.AWAITED;
    }
    return live.find(id).flatMap(Instance::ref).isPresent() ? End.LOST : End.GONE;
  }

  /**
   * What is not there under its reference any more may have come back under another one. What comes
   * back later still is an orphan to the reconciler.
   */
  private CompletableFuture<End> destroy(String id, Machine machine) {
    return end(machine)
        .thenCompose(
            there ->
                there
                    ? CompletableFuture.completedFuture(true)
                    : elsewhere(id, machine)
                        .thenCompose(
                            again ->
                                again.isPresent()
                                    ? end(again.get())
                                    : CompletableFuture.completedFuture(false)))
        .thenApply(there -> there ? End.GONE : End.LOST);
  }

  private CompletableFuture<Boolean> end(Machine machine) {
    return switchOff(machine).thenCompose(nothing -> remove(machine.ref()));
  }

  private CompletableFuture<Optional<Machine>> elsewhere(String id, Machine before) {
    Optional<String> uuid = before.sign().uuid().or(() -> live.find(id).flatMap(Instance::uuid));
    return uuid.isEmpty()
        ? CompletableFuture.completedFuture(Optional.empty())
        : hypervisor
            .locate(before.ref(), uuid)
            .thenApply(found -> found.filter(machine -> !machine.ref().equals(before.ref())));
  }

  private boolean mayYetAppear(String id) {
    Optional<Instance> instance = live.find(id);
    return instance.isPresent()
        && instance.get().ref().isEmpty()
        && instance
            .get()
            .image()
            .flatMap(name -> hypervisor.lastKnown().image(name))
            .map(image -> hypervisor.mayBeCloning(image.ref()))
            .orElse(false);
  }

  private CompletableFuture<Optional<Machine>> machine(String id) {
    Optional<Machine> seen =
        hypervisor.lastKnown().machine(id).filter(machine -> isOnRecord(id, machine));
    if (seen.isPresent()) {
      return CompletableFuture.completedFuture(seen);
    }
    Optional<Instance> record = live.find(id);
    return record.flatMap(Instance::ref).isPresent()
        ? hypervisor.locate(record.get().ref().get(), record.get().uuid())
        : hypervisor
            .find(id, record.flatMap(Instance::host))
            .thenApply(found -> found.filter(machine -> isNamed(machine, id)));
  }

  /**
   * The inventory may take a copy for the original that has gone, until it is told by what that is
   * known: the record as the decision left it knows better.
   */
  private boolean isOnRecord(String id, Machine machine) {
    return live.find(id)
        .filter(record -> Identities.contradict(record.uuid(), machine.sign().uuid()))
        .isEmpty();
  }

  /** A machine of that name that bears another's mark is not the one. */
  private static boolean isNamed(Machine machine, String id) {
    return machine.sign().mark().filter(mark -> !mark.instance().equals(id)).isEmpty();
  }

  private CompletableFuture<Void> switchOff(Machine machine) {
    return machine.power() == PowerState.OFF
        ? CompletableFuture.completedFuture(null)
        : hypervisor
            .powerOff(machine.ref())
            .thenRun(() -> checkpoint.passed(CrashPoint.Step.SWITCHED_OFF));
  }

  /** What we thought was off may have been switched on meanwhile: then off, and once more. */
  private CompletableFuture<Boolean> remove(String ref) {
    return hypervisor
        .destroy(ref)
        .exceptionallyCompose(
            failure ->
                Cloning.unwrap(failure) instanceof HypervisorFailure.Refused refused
                        && refused.kind().equals(HypervisorFailure.Refused.WRONG_POWER)
                    ? hypervisor.powerOff(ref).thenCompose(off -> hypervisor.destroy(ref))
                    : CompletableFuture.failedFuture(Cloning.unwrap(failure)));
  }
}
