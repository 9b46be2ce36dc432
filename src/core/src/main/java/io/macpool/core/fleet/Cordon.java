package io.macpool.core.fleet;

import java.util.Objects;

/**
 * Somebody's word that a host takes no new instances.
 *
 * @param kind what is to become of those that it holds
 * @param reason for a person
 */
public record Cordon(Kind kind, String reason) {

  /** What a cordon does beyond keeping new instances away. */
  public enum Kind {
    /** Nothing: instances stay, warm ones too. */
    CORDONED,
    /** Warm instances go; those with an owner finish. */
    DRAINING
  }

  public Cordon {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(reason, "reason");
  }
}
