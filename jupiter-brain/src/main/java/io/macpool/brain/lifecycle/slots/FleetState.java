package io.macpool.brain.lifecycle.slots;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import java.util.Objects;

/**
 * The three places that know the fleet's instances, in the order in which they are believed. Who
 * changes an instance writes to the first, then to the others. Only what holds state of instances
 * belongs here; what decides about them does not.
 *
 * @param executor the ledger: what is on record
 * @param live what this process remembers of the record
 * @param hypervisor what runs
 */
public record FleetState(LedgerExecutor executor, LiveInstances live, Hypervisor hypervisor) {

  public FleetState {
    Objects.requireNonNull(executor, "executor");
    Objects.requireNonNull(live, "live");
    Objects.requireNonNull(hypervisor, "hypervisor");
  }
}
