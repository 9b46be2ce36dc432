package io.macpool.sandbox.brokersoak;

import io.macpool.sim.vcenter.options.MachineEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the hosts hold, whether vCenter shows it or not. */
final class HostLoad {

  private final int slots;

  /** By reference. A machine that left the inventory keeps its old one here until it returns. */
  private final Map<String, MachineEvent> machines = new HashMap<>();

  private final Set<String> away = new HashSet<>();

  HostLoad(int slots) {
    this.slots = slots;
  }

  /** The names of the machines on the event's host if it is one too many because of it. */
  Optional<Set<String>> see(MachineEvent event) {
    switch (event.kind()) {
      case DESTROYED, CLONE_FAILED -> machines.remove(event.ref());
      case LEFT_INVENTORY -> {
        machines.put(event.ref(), event);
        away.add(event.ref());
      }
      case RETURNED -> {
        machines
            .values()
            .removeIf(
                other -> other.original().equals(event.original()) && away.remove(other.ref()));
        machines.put(event.ref(), event);
      }
      default -> machines.put(event.ref(), event);
    }
    return switch (event.kind()) {
      case CLONE_BEGAN, HOST_CHANGED ->
          Optional.of(on(event.host())).filter(names -> count(event.host()) > slots);
      default -> Optional.empty();
    };
  }

  private long count(String host) {
    return machines.values().stream().filter(machine -> machine.host().equals(host)).count();
  }

  private Set<String> on(String host) {
    return machines.values().stream()
        .filter(machine -> machine.host().equals(host))
        .map(MachineEvent::original)
        .collect(Collectors.toSet());
  }

  /** The last event of each machine that a host holds now. */
  Map<String, MachineEvent> present() {
    return machines.values().stream()
        .collect(Collectors.toMap(MachineEvent::original, e -> e, (a, b) -> b));
  }
}
