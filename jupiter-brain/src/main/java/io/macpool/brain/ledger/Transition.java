package io.macpool.brain.ledger;

import io.macpool.core.fleet.InstancePhase;
import java.util.Objects;
import java.util.Optional;

/**
 * A step of an instance to a later phase.
 *
 * @param ref the VM, once that is known
 */
public record Transition(String id, InstancePhase to, String reason, Optional<String> ref) {
  public Transition {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(ref, "ref");
  }

  public static Transition of(String id, InstancePhase to, String reason) {
    return new Transition(id, to, reason, Optional.empty());
  }
}
