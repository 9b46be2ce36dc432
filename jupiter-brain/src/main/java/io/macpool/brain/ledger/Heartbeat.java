package io.macpool.brain.ledger;

import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/**
 * Who is a broker of this ledger.
 *
 * @param now by the database's clock, the only one that counts for what is on record
 * @param living those that spoke lately, the asker included
 * @param present those, and the ones that fell silent without a farewell
 */
public record Heartbeat(Instant now, Set<String> living, Set<String> present) {
  public Heartbeat {
    Objects.requireNonNull(now, "now");
    living = Set.copyOf(living);
    present = Set.copyOf(present);
  }
}
