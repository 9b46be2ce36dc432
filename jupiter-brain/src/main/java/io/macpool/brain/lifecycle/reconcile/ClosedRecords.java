package io.macpool.brain.lifecycle.reconcile;

import io.macpool.brain.ledger.Ledger;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Mark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The closed records of VMs that are still there, or bear such a VM's mark. They tell a VM that
 * returns from a copy that a person made of it. Used by the reconciler's thread.
 */
final class ClosedRecords {

  private Map<String, Instance> records = Map.of();
  private List<Instance> liveBefore = List.of();

  /** Reads those of the VMs that were seen and are no live instance. */
  void read(Ledger ledger, Collection<Instance> live, Inventory inventory) {
    Set<String> ids = new HashSet<>(inventory.machines().keySet());
    for (Machine machine : inventory.others()) {
      machine
          .sign()
          .mark()
          .filter(mark -> mark.ledger().equals(ledger.id()))
          .map(Mark::instance)
          .ifPresent(ids::add);
    }
    live.forEach(instance -> ids.remove(instance.id()));
    records =
        ledger.closed(ids).stream().collect(Collectors.toMap(Instance::id, Function.identity()));
  }

  /** By id. */
  Map<String, Instance> all() {
    return records;
  }

  /** Of what may not be forgotten as long as such a VM is there. */
  Set<String> ids() {
    return records.keySet();
  }

  /** What VMs are known by; where two records tell of one VM, the live one counts. */
  Identities identities(String ledger, List<Instance> live) {
    List<Instance> known = new ArrayList<>(records.values());
    known.addAll(liveBefore); // some may be closed by now, and not read as such yet
    known.addAll(live);
    liveBefore = live;
    return Identities.of(ledger, known);
  }
}
