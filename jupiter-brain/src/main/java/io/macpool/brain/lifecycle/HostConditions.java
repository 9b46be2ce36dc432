package io.macpool.brain.lifecycle;

import io.macpool.brain.ledger.Ledger;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.hygiene.HostCondition;
import io.macpool.core.hygiene.HostSymptoms;
import io.macpool.core.hygiene.HygienePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Joins what vCenter, the ledger and failed creates tell of hosts into what hygiene wants to see.
 * Confined to one thread.
 */
final class HostConditions {

  /** A guest that has just gone may still be shown with its address. */
  private static final Duration SHARED_FOR = Duration.ofMinutes(5);

  private final Quarantine quarantine;
  private final HostTrials trials;
  private final HygienePolicy policy;
  private final int slotsPerHost;
  private final Map<String, Instant> sharedSince = new HashMap<>();

  HostConditions(Quarantine quarantine, HostTrials trials, HygienePolicy policy, int slotsPerHost) {
    this.quarantine = quarantine;
    this.trials = trials;
    this.policy = policy;
    this.slotsPerHost = slotsPerHost;
  }

  List<HostCondition> of(
      Inventory inventory,
      Collection<Instance> instances,
      Map<String, Cordon> cordons,
      Instant now) {
    Map<String, Integer> recorded = new HashMap<>();
    instances.forEach(i -> i.host().ifPresent(host -> recorded.merge(host, 1, Integer::sum)));
    Map<String, List<Machine>> running = running(inventory);
    sharedSince.keySet().retainAll(inventory.hosts().keySet());
    List<HostCondition> conditions = new ArrayList<>();
    for (Host host : inventory.hosts().values()) {
      List<Machine> machines = running.getOrDefault(host.id(), List.of());
      int occupants = Math.max(machines.size(), recorded.getOrDefault(host.id(), 0));
      conditions.add(
          new HostCondition(
              host.id(),
              "pool",
              Optional.empty(),
              slotsPerHost,
              Observed.known(host.connected(), now),
              setAside(host, Optional.ofNullable(cordons.get(host.id()))),
              host.bootTime()
                  .filter(boot -> host.connected())
                  .map(boot -> Observed.known(boot, now))
                  .orElseGet(() -> Observed.unknown("vCenter does not tell it", now)),
              host.connected()
                  ? Observed.known(occupants, now)
                  : Observed.unknown("vCenter does not reach it", now),
              symptoms(host.id(), machines, now).faults(policy),
              trials.result(host.id())));
    }
    return conditions;
  }

  /** What is not known to be off takes part, whosever it is. */
  private static Map<String, List<Machine>> running(Inventory inventory) {
    Map<String, List<Machine>> running = new HashMap<>();
    List<Machine> all = new ArrayList<>(inventory.machines().values());
    all.addAll(inventory.others());
    for (Machine machine : all) {
      if (machine.power() != PowerState.OFF) {
        machine
            .host()
            .ifPresent(host -> running.computeIfAbsent(host, h -> new ArrayList<>()).add(machine));
      }
    }
    return running;
  }

  private static Optional<String> setAside(Host host, Optional<Cordon> cordon) {
    if (host.inMaintenance()) {
      return Optional.of("it is in maintenance mode");
    }
    return cordon
        .filter(c -> !c.by().equals(Optional.of(Ledger.HYGIENE)))
        .map(c -> "it is cordoned by " + c.by().orElse("a person"));
  }

  private HostSymptoms symptoms(String host, List<Machine> machines, Instant now) {
    Optional<Quarantine.Failures> failures = quarantine.failures(host);
    return new HostSymptoms(
        failures.map(Quarantine.Failures::image),
        failures.map(Quarantine.Failures::creates).orElse(0),
        0,
        shared(host, machines, now),
        Observed.unknown("it is not measured", now),
        Observed.unknown("vCenter is not asked for it", now),
        Observed.unknown("it is not tried", now),
        failures.map(Quarantine.Failures::at).filter(at -> !isShared(host)).orElse(now));
  }

  private boolean isShared(String host) {
    return sharedSince.containsKey(host);
  }

  /** Addresses that two running guests of the host have, for so long that neither has just gone. */
  private int shared(String host, List<Machine> machines, Instant now) {
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    for (Machine machine : machines) {
      for (String address : new HashSet<>(machine.addresses())) {
        boolean loopback = address.startsWith("127.") || address.equals("::1");
        if (!loopback && !seen.add(address)) {
          twice.add(address);
        }
      }
    }
    if (twice.isEmpty()) {
      sharedSince.remove(host);
      return 0;
    }
    Instant since = sharedSince.computeIfAbsent(host, h -> now);
    return since.plus(SHARED_FOR).isAfter(now) ? 0 : twice.size();
  }
}
