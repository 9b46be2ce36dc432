package io.macpool.core.fleet;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Somebody's word that a host takes no new instances.
 *
 * @param kind what is to become of those that it holds
 * @param reason for a person
 * @param since when it was said; empty if that is not on record
 * @param by who said it; empty if that is not on record
 */
public record Cordon(Kind kind, String reason, Optional<Instant> since, Optional<String> by) {

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
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(by, "by");
  }

  /** A cordon of which only this is known. */
  public Cordon(Kind kind, String reason) {
    this(kind, reason, Optional.empty(), Optional.empty());
  }
}
