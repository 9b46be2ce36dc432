package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that happened to an instance, or is to happen to it.
 *
 * @param ref the VM, once that is known
 * @param seen the instance's version when this was decided, if it may happen to that one alone
 */
public record Transition(
    String id, InstanceEvent event, String reason, Optional<String> ref, Optional<Long> seen) {
  public Transition {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(seen, "seen");
  }

  public static Transition of(String id, InstanceEvent event, String reason) {
    return new Transition(id, event, reason, Optional.empty(), Optional.empty());
  }

  /** The same, to an instance that nobody changed since it had that version. */
  public Transition asSeen(long version) {
    return new Transition(id, event, reason, ref, Optional.of(version));
  }

  /** The same, the VM being known by now. */
  public Transition withRef(String machine) {
    return new Transition(id, event, reason, Optional.of(machine), seen);
  }

  /**
   * What came of it.
   *
   * @param happened whether it could happen; if not, whoever decided it did so on what is no longer
   *     true, and must look again
   * @param now the instance as it is on record after it; empty if there is none
   */
  public record Outcome(boolean happened, Optional<Instance> now) {
    public Outcome {
      Objects.requireNonNull(now, "now");
    }
  }
}
