package io.macpool.brain.lifecycle.reconcile;

import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.ReclaimPlanner;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Instances of ours that were found though their records were lost: a person should know that the
 * ledger is an old one. Looked at on one thread, read by any.
 */
final class LostRecords {

  private final LiveInstances live;
  private final ForeignBrokers foreignBrokers;
  private volatile Set<String> recovered = Set.of();

  LostRecords(LiveInstances live, ForeignBrokers foreignBrokers) {
    this.live = live;
    this.foreignBrokers = foreignBrokers;
  }

  /** Notes which of those that were just adopted are ours. */
  void look(ReclaimPlanner.Plan plan, Inventory inventory) {
    Set<String> all = new TreeSet<>(recovered);
    all.removeIf(id -> live.find(id).isEmpty());
    for (ReclaimPlanner.Action action : plan.actions()) {
      if (action.kind() == ReclaimPlanner.Kind.ADOPT) {
        live.find(action.name())
            .filter(instance -> foreignBrokers.wasLost(instance, inventory))
            .ifPresent(instance -> all.add(instance.id()));
      }
    }
    recovered = Set.copyOf(all);
  }

  /** That records were lost, if some were, for a person. */
  Optional<String> warning() {
    Set<String> ids = recovered;
    return ids.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the ledger did not know "
                + ids.size()
                + " of its own VMs, as if it were an older copy; they are on record again, without"
                + " their owners, and end by DELETE or by age: "
                + new TreeSet<>(ids));
  }
}
