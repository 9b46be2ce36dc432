package io.macpool.brain.ledger;

import io.macpool.core.hygiene.HostHygienePlanner.State;
import java.util.Objects;

/**
 * What is on record of the hosts' repairs.
 *
 * @param version a plan made from it is put on record only while this is the newest
 */
public record HygieneRecord(long version, State state) {
  public HygieneRecord {
    Objects.requireNonNull(state, "state");
  }
}
