package io.macpool.brain.lifecycle.reconcile;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brokers with another ledger that work in our folder of clones, known by what their clones bear.
 * Theirs are left alone; and while one lives, nothing goes by our judgement that does not bear our
 * own mark. Used by the reconciler's thread; asked by any.
 */
final class ForeignBrokers {

  private static final Logger log = LoggerFactory.getLogger(ForeignBrokers.class);

  private final String ledger;
  private final Duration cutoff;
  private volatile Map<String, Integer> seen = Map.of();

  /**
   * @param cutoff a clone that has been up for longer tells nothing of its broker
   */
  ForeignBrokers(String ledger, Duration cutoff) {
    this.ledger = ledger;
    this.cutoff = cutoff;
  }

  void look(Inventory inventory, Instant now) {
    Map<String, Integer> found = new TreeMap<>();
    for (Machine machine : inventory.others()) {
      if (machine.sign().inFolder() && isRecent(machine, now)) {
        machine.foreignTo(ledger).ifPresent(other -> found.merge(other, 1, Integer::sum));
      }
    }
    if (!found.keySet().equals(seen.keySet())) {
      if (found.isEmpty()) {
        log.info("no other broker is seen in the folder of clones any more");
      } else {
        log.warn("{}", text(found));
      }
    }
    seen = Map.copyOf(found);
  }

  private boolean isRecent(Machine machine, Instant now) {
    return machine.power() != PowerState.OFF
        && machine.bootedAt().filter(boot -> boot.plus(cutoff).isBefore(now)).isEmpty();
  }

  /** What may be theirs: nobody's mark is on it. */
  Set<String> untouchable(Inventory inventory) {
    return seen.isEmpty()
        ? Set.of()
        : inventory.machines().values().stream()
            .filter(machine -> machine.sign().mark().isEmpty())
            .map(Machine::name)
            .collect(Collectors.toSet());
  }

  /** For a person; empty if there is none. */
  Optional<String> warning() {
    Map<String, Integer> now = new TreeMap<>(seen);
    return now.isEmpty() ? Optional.empty() : Optional.of(text(now));
  }

  private static String text(Map<String, Integer> machines) {
    return "another broker works in this folder of clones (VMs by ledger: "
        + machines
        + "); they are left alone, and VMs without a mark are not destroyed. Give each broker a"
        + " folder of its own, or the same ledger";
  }

  /** Whether a record was opened for a machine that bears our mark: then its own was lost. */
  boolean wasLost(Instance adopted, Inventory inventory) {
    return inventory
        .machine(adopted.id())
        .flatMap(machine -> machine.sign().mark())
        .filter(mark -> mark.ledger().equals(ledger))
        .isPresent();
  }
}
