package io.macpool.brain.hypervisor;

import io.macpool.core.Observed;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The hosts, images and machines that the broker works with.
 *
 * <p>Every operation returns at once; its future completes when the task has ended, or
 * exceptionally with a {@link HypervisorFailure}, always within the adapter's time limits. Futures
 * complete on the adapter's own threads: whoever continues them must not block there.
 */
public interface Hypervisor extends AutoCloseable {

  /**
   * What was seen last.
   *
   * @param confirmation grows with each answer of the hypervisor's, also with those that tell of no
   *     change
   * @param askedAt when the answer was asked for, in nanoseconds of the process's monotonic time:
   *     what was done before that time is seen in it
   */
  record Sighting(Inventory inventory, long confirmation, long askedAt) {
    public Sighting {
      Objects.requireNonNull(inventory, "inventory");
    }

    /** The same, its machines named by what they are known by. */
    public Sighting identified(Identities known) {
      return new Sighting(inventory.identified(known), confirmation, askedAt);
    }
  }

  /**
   * The inventory with the time at which it was last known to be true, from memory. Unknown before
   * the first sight and when it was not confirmed for longer than the adapter's limit.
   */
  default Observed<Inventory> inventory() {
    return sighting().map(Sighting::inventory);
  }

  /** As {@link #inventory}, with what tells how fresh it is. */
  Observed<Sighting> sighting();

  /** Asks for a confirmation of the inventory to come soon; returns at once. */
  void confirm();

  /** What is on record now: by it machines are told apart from here on. */
  void identify(Identities known);

  /** What a person calls whoever answers: the subject of sentences such as "… can't be seen". */
  String peer();

  /**
   * Why a part of it has not been seen, or not for too long, though {@link #inventory} is known:
   * what is missing there may be in that part. Empty if all of it is seen.
   */
  default Optional<String> unseen() {
    return inventory().match(known -> Optional.empty(), unknown -> Optional.of(unknown.cause()));
  }

  /** Why nothing can be asked of it now, as soon as that is known; empty while it answers. */
  Optional<String> unreachable();

  /** What a person should look at, though all works. */
  List<String> warnings();

  /** The latest inventory seen, however old; empty before the first sight. */
  Inventory lastKnown();

  /** Calls {@code listener} after each change, one at a time, in order; it must not block. */
  void onChange(Consumer<Inventory> listener);

  /**
   * Reads one of the broker's own machines directly, past the inventory.
   *
   * @param host where it was to be made, if that is known: a provider whose hosts know nothing of
   *     each other asks that one alone
   */
  CompletableFuture<Optional<Machine>> find(String name, Optional<String> host);

  /**
   * Reads one machine directly, wherever it lies: by its reference, and by its UUID if that is
   * known. Empty if its provider knows of neither.
   */
  CompletableFuture<Optional<Machine>> locate(String ref, Optional<String> uuid);

  /** Reads the broker's own machines directly; hosts and images may be as last known. */
  CompletableFuture<Inventory> read();

  /**
   * Whether a clone of the image is running that this process did not see the start of, such as one
   * whose answer was lost. False when events are current and none is.
   */
  boolean mayBeCloning(String imageRef);

  /**
   * Makes a clone that shares the image's disk, switched off; completes with its ref. A name is
   * taken once: a second clone of it is refused as {@link HypervisorFailure.Refused#NAME_TAKEN}.
   * Not idempotent: after {@link HypervisorFailure.OutcomeUnknown}, look before asking again.
   */
  CompletableFuture<String> cloneLinked(CloneOrder order);

  /** Makes a clone that runs at once, of an instant image; completes with its ref. */
  CompletableFuture<String> cloneInstantly(CloneOrder order);

  /** Sets processors and memory of a machine that is off; 0 leaves one as it is. */
  CompletableFuture<Void> resize(String ref, Instance.Size size);

  /** Switches on; no error if it is on. */
  CompletableFuture<Void> powerOn(String ref);

  /** Switches off, hard; no error if it is off. */
  CompletableFuture<Void> powerOff(String ref);

  /**
   * Destroys a machine that is off, with its disks; one that is on is refused as {@link
   * HypervisorFailure.Refused#WRONG_POWER}. Completes with false if there was nothing under that
   * reference: it may have been destroyed before, or be known by another one now.
   */
  CompletableFuture<Boolean> destroy(String ref);

  /**
   * Suspends a machine that runs and was cloned for it, and keeps it under no instance's name:
   * afterwards there is nothing under this reference, and the next clone of its image on that host
   * may be it. On failure the machine is as it was, off, or suspended: destroy it.
   *
   * @param boot how long it took from its order to its SSH server's answer
   */
  default CompletableFuture<Void> suspend(String ref, Duration boot) {
    return CompletableFuture.failedFuture(
        new HypervisorFailure.Refused(
            "NotSupported",
            ref + " can't be kept suspended: its provider has no such thing",
            null));
  }

  /**
   * Asks a host, by its id, to reboot; completes when it has taken the order, which its boot time
   * will prove. Refused while any machine runs there, as seen at that moment; whoever asks must see
   * to it that none is started meanwhile.
   */
  CompletableFuture<Void> reboot(String host);

  @Override
  void close();
}
