package io.macpool.brain.hypervisor;

import io.macpool.core.Observed;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
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
   * @param askedAt when the answer was asked for, in nanoseconds of {@link System#nanoTime}: what
   *     was done before that time is seen in it
   */
  record Sighting(Inventory inventory, long confirmation, long askedAt) {
    public Sighting {
      Objects.requireNonNull(inventory, "inventory");
    }
  }

  /**
   * The inventory with the time at which it was last known to be true, from memory. Unknown before
   * the first sight and when it was not confirmed for longer than the adapter's limit.
   */
  Observed<Inventory> inventory();

  /** As {@link #inventory}, with what tells how fresh it is. */
  Observed<Sighting> sighting();

  /** Asks for a confirmation of the inventory to come soon; returns at once. */
  void confirm();

  /** What is on record now: by it machines are told apart from here on. */
  void identify(Identities known);

  /** Why nothing can be asked of it now, as soon as that is known; empty while it answers. */
  Optional<String> unreachable();

  /** What a person should look at, though all works. */
  List<String> warnings();

  /** The latest inventory seen, however old; empty before the first sight. */
  Inventory lastKnown();

  /** Calls {@code listener} after each change, on one thread, in order; it must not block. */
  void onChange(Consumer<Inventory> listener);

  /** Reads one machine of the folder of clones directly, past the inventory. */
  CompletableFuture<Optional<Machine>> find(String name);

  /**
   * Reads one machine directly, wherever it lies: by its reference, and by its instance UUID if
   * that is known. Empty if vCenter knows of neither.
   */
  CompletableFuture<Optional<Machine>> locate(String ref, Optional<String> uuid);

  /** Reads the folder of clones directly, past the events; hosts and images are as last known. */
  CompletableFuture<Inventory> read();

  /**
   * Whether a clone of the image is running that this process did not see the start of, such as one
   * whose answer was lost. False when events are current and none is.
   */
  boolean mayBeCloning(String imageRef);

  /** Makes a linked clone of the image's snapshot, switched off; completes with its ref. */
  CompletableFuture<String> cloneLinked(CloneOrder order);

  /** Makes an instant clone, which runs at once, of a frozen image; completes with its ref. */
  CompletableFuture<String> cloneInstantly(CloneOrder order);

  /** Sets processors and memory of a machine that is off; 0 leaves one as it is. */
  CompletableFuture<Void> resize(String ref, Instance.Size size);

  /** Switches on; no error if it is on. */
  CompletableFuture<Void> powerOn(String ref);

  /** Switches off, hard; no error if it is off. */
  CompletableFuture<Void> powerOff(String ref);

  /**
   * Destroys a machine that is off, with its disks. Completes with false if there was nothing under
   * that reference: it may have been destroyed before, or be known by another one now.
   */
  CompletableFuture<Boolean> destroy(String ref);

  @Override
  void close();
}
