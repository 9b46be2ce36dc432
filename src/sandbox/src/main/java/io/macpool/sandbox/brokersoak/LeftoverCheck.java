package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.brokersoak.Violation.Kind;
import io.macpool.sim.vcenter.options.MachineEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is left when nobody wants anything any more. What the ledger has without an owner waits
 * warm, or is being made to; all else is a leak once its time is over.
 */
final class LeftoverCheck {

  private final Duration leakAfter;
  private final Map<String, Observation.LedgerRow> rows = new HashMap<>();
  private final List<Observation.LedgerSlot> slots = new ArrayList<>();
  private Optional<Instant> quiet = Optional.empty();
  private Instant end = Instant.MIN;

  LeftoverCheck(Duration leakAfter) {
    this.leakAfter = leakAfter;
  }

  void see(Observation seen) {
    if (seen instanceof Observation.Quiet begins) {
      quiet = Optional.of(begins.at());
    } else if (seen instanceof Observation.LedgerRow row) {
      rows.put(row.id(), row);
    } else if (seen instanceof Observation.LedgerSlot slot) {
      slots.add(slot);
    }
    end = seen.at();
  }

  /** None can be told of a run that never became quiet. */
  List<Violation> leaks(HostLoad load) {
    List<Violation> leaks = new ArrayList<>();
    if (quiet.isEmpty()) {
      return leaks;
    }
    Map<String, MachineEvent> machines = load.present();
    machines.forEach(
        (name, last) -> {
          Observation.LedgerRow row = rows.get(name);
          if (row == null && isOld(last.at())) {
            leaks.add(leak(name, "machine on " + last.host() + " that the ledger does not have"));
          } else if (row != null && isOverdue(row)) {
            leaks.add(leak(name, "machine on " + last.host() + ", " + row.text()));
          }
        });
    rows.forEach(
        (id, row) -> {
          if (!machines.containsKey(id) && isOld(row.changedAt())) {
            leaks.add(leak(id, "instance without a machine, " + row.text()));
          }
        });
    for (Observation.LedgerSlot slot : slots) {
      if (!rows.containsKey(slot.holder())) {
        leaks.add(
            leak(slot.holder(), "slot " + slot.number() + " of " + slot.host() + ": nobody's"));
      }
    }
    return leaks;
  }

  private boolean isOverdue(Observation.LedgerRow row) {
    boolean warm = row.owner().isEmpty() && !row.phase().equals("RECLAIMING");
    return !warm && isOld(row.changedAt());
  }

  /** Whether what has been so since {@code last} had time enough to be cleared up. */
  private boolean isOld(Instant last) {
    Instant since = last.isAfter(quiet.orElseThrow()) ? last : quiet.get();
    return !since.plus(leakAfter).isAfter(end);
  }

  private Violation leak(String id, String what) {
    return new Violation(Kind.LEAKED, end, id + ": " + what, Set.of(id));
  }
}
