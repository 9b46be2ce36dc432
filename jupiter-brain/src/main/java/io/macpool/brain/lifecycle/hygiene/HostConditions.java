package io.macpool.brain.lifecycle.hygiene;

import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.hygiene.GuestBoots;
import io.macpool.core.hygiene.HostCondition;
import io.macpool.core.hygiene.HostFault;
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
import java.util.OptionalInt;
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
  private final HostConnectProbes dials;
  private final GuestBoots boots = new GuestBoots();
  private final HygienePolicy policy;
  private final int slotsPerHost;
  private final OptionalInt connectPort;
  private final Map<String, Instant> sharedSince = new HashMap<>();

  /**
   * @param connectPort where hosts take new connections, if their provider does not tell; empty:
   *     they are not tried then
   */
  HostConditions(
      Quarantine quarantine,
      HostTrials trials,
      HostConnectProbes dials,
      HygienePolicy policy,
      int slotsPerHost,
      OptionalInt connectPort) {
    this.quarantine = quarantine;
    this.trials = trials;
    this.dials = dials;
    this.policy = policy;
    this.slotsPerHost = slotsPerHost;
    this.connectPort = connectPort;
  }

  List<HostCondition> of(
      Inventory inventory,
      Collection<Instance> instances,
      Map<String, Cordon> cordons,
      Instant now) {
    learn(inventory, instances, now);
    Map<String, Integer> recorded = new HashMap<>();
    instances.forEach(i -> i.host().ifPresent(host -> recorded.merge(host, 1, Integer::sum)));
    Map<String, List<Machine>> running = running(inventory);
    sharedSince.keySet().retainAll(inventory.hosts().keySet());
    List<HostCondition> conditions = new ArrayList<>();
    for (Host host : inventory.hosts().values()) {
      List<Machine> machines = running.getOrDefault(host.id(), List.of());
      String provider = host.traits().provider();
      int occupants = Math.max(machines.size(), recorded.getOrDefault(host.id(), 0));
      conditions.add(
          new HostCondition(
              host.id(),
              provider.isEmpty() ? "pool" : provider,
              host.traits().vitals().build(),
              slotsPerHost,
              Observed.known(host.connected(), now),
              setAside(host, Optional.ofNullable(cordons.get(host.id()))),
              host.bootTime()
                  .filter(boot -> host.connected())
                  .map(boot -> Observed.known(boot, now))
                  .orElseGet(() -> Observed.unknown("it is not told", now)),
              host.connected()
                  ? Observed.known(occupants, now)
                  : Observed.unknown("it is not reached", now),
              faults(host, machines, now),
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

  /** Takes in what takes several looks to see: whoever may come to lead does so. */
  void learn(Inventory inventory, Collection<Instance> instances, Instant now) {
    Map<String, Host.Door> doors = new HashMap<>();
    Map<String, Instant> booted = new HashMap<>();
    for (Host host : inventory.hosts().values()) {
      if (host.connected()) {
        door(host).ifPresent(door -> doors.put(host.id(), door));
        host.bootTime().ifPresent(boot -> booted.put(host.id(), boot));
      }
    }
    dials.look(doors);
    List<GuestBoots.Guest> guests = new ArrayList<>();
    for (Instance instance : instances) {
      inventory
          .machine(instance.id())
          .flatMap(machine -> guest(instance, machine))
          .ifPresent(guests::add);
    }
    boots.look(guests, booted, now);
    boots.retain(inventory.hosts().keySet());
  }

  private Optional<Host.Door> door(Host host) {
    return host.traits()
        .vitals()
        .door()
        .or(
            () ->
                connectPort.isPresent()
                    ? Optional.of(new Host.Door(host.name(), connectPort.getAsInt()))
                    : Optional.empty());
  }

  /** A trial's end is told apart; one that waits warm has answered when its SSH server has. */
  private static Optional<GuestBoots.Guest> guest(Instance instance, Machine machine) {
    boolean tried = instance.owner().equals(Optional.of(HostTrials.OWNER));
    if (tried
        || machine.power() != PowerState.ON
        || machine.host().isEmpty()
        || machine.bootedAt().isEmpty()) {
      return Optional.empty();
    }
    boolean unproven = instance.isWarm() && instance.health() == Health.UNPROVEN;
    return Optional.of(
        new GuestBoots.Guest(
            instance.id(),
            machine.host().get(),
            instance.image(),
            machine.bootedAt().get(),
            !machine.endpoints().isEmpty() && !unproven));
  }

  private List<HostFault> faults(Host host, List<Machine> machines, Instant now) {
    Host.Vitals vitals = host.traits().vitals();
    List<HostFault> faults =
        new ArrayList<>(
            new HostSymptoms(
                    quarantine
                        .failures(host.id())
                        .map(
                            f -> new HostSymptoms.Row(f.creates(), Optional.of(f.image()), f.at())),
                    boots.silent(host.id()),
                    shared(host, machines, now),
                    boots.growth(host.id(), now),
                    vitals
                        .freeDisk()
                        .filter(share -> host.connected())
                        .map(share -> Observed.known(share, now))
                        .orElseGet(() -> Observed.unknown("its provider does not tell", now)),
                    failedConnections(host, now),
                    now)
                .faults(policy));
    vitals
        .phantom()
        .filter(why -> host.connected())
        .ifPresent(
            why -> faults.add(new HostFault(HostFault.Cause.REFUSALS, Optional.empty(), now, why)));
    return faults;
  }

  /** To it, or of its own: either may fail while the other goes on. */
  private Observed<Integer> failedConnections(Host host, Instant now) {
    Optional<Integer> own =
        host.traits().vitals().failedConnections().filter(failed -> host.connected());
    Observed<Integer> toIt = dials.silent(host.id());
    return own.map(failed -> Observed.known(Math.max(failed, toIt.toOptional().orElse(0)), now))
        .orElse(toIt);
  }

  /** Addresses that two running guests of the host have, for so long that neither has just gone. */
  private int shared(Host host, List<Machine> machines, Instant now) {
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
    int count = twice.size() + host.traits().vitals().sharedAddresses();
    if (count == 0) {
      sharedSince.remove(host.id());
      return 0;
    }
    Instant since = sharedSince.computeIfAbsent(host.id(), h -> now);
    return since.plus(SHARED_FOR).isAfter(now) ? 0 : count;
  }
}
