package io.macpool.brain.http;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.broker.Instance;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Ownership;
import io.macpool.core.fleet.PowerState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Instances as clients see them: what the ledger knows joined with what vSphere shows. A machine
 * that the ledger does not know shows too, as with the old broker; one that is gone by the ledger
 * does not, though vSphere may still show it for a moment.
 */
final class InstanceView {

  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final Duration lifetime;
  private final Clock clock;

  /**
   * @param lifetime the longest that an instance may be up
   */
  InstanceView(LiveInstances live, Hypervisor hypervisor, Duration lifetime, Clock clock) {
    this.lifetime = lifetime;
    this.live = live;
    this.hypervisor = hypervisor;
    this.clock = clock;
  }

  /** An instance that its caller has in hand. */
  Instance of(io.macpool.core.fleet.Instance known) {
    return join(
        known.id(),
        Optional.of(known),
        hypervisor.lastKnown().machine(known.id()),
        clock.instant());
  }

  Optional<Instance> find(String id) {
    return find(id, hypervisor.lastKnown());
  }

  /** As {@link #find(String)} in an inventory that was read directly. */
  Optional<Instance> find(String id, Inventory inventory) {
    Optional<io.macpool.core.fleet.Instance> known = live.find(id);
    Optional<Machine> machine = inventory.machine(id);
    if (known.isEmpty() && (machine.isEmpty() || live.isGone(id))) {
      return Optional.empty();
    }
    return Optional.of(join(id, known, machine, clock.instant()));
  }

  List<Instance> all(Inventory inventory) {
    Instant now = clock.instant();
    List<Instance> all = new ArrayList<>();
    for (Machine machine : inventory.machines().values()) {
      if (live.isGone(machine.name()) && live.find(machine.name()).isEmpty()) {
        continue;
      }
      all.add(join(machine.name(), live.find(machine.name()), Optional.of(machine), now));
    }
    for (io.macpool.core.fleet.Instance known : live.all()) {
      if (known.phase() == InstancePhase.READY && inventory.machine(known.id()).isEmpty()) {
        all.add(join(known.id(), Optional.of(known), Optional.empty(), now));
      }
    }
    return all;
  }

  /** Those on record, alive and at least that old. */
  List<Instance> olderThan(Duration age, Inventory inventory) {
    Instant before = clock.instant().minus(age);
    return all(inventory).stream()
        .filter(
            instance ->
                live.find(instance.id())
                    .filter(known -> known.phase().compareTo(InstancePhase.RECLAIMING) < 0)
                    .filter(known -> !known.createdAt().isAfter(before))
                    .isPresent())
        .toList();
  }

  private Instance join(
      String id,
      Optional<io.macpool.core.fleet.Instance> known,
      Optional<Machine> machine,
      Instant now) {
    Instant created =
        known
            .map(io.macpool.core.fleet.Instance::createdAt)
            .or(() -> machine.flatMap(Machine::bootedAt))
            .orElse(now);
    Inventory inventory = hypervisor.lastKnown();
    Optional<String> image = known.flatMap(io.macpool.core.fleet.Instance::image);
    Optional<String> host =
        known
            .flatMap(io.macpool.core.fleet.Instance::host)
            .or(() -> machine.flatMap(Machine::host));
    return new Instance(
        Instance.TYPE,
        id,
        machine.map(Machine::addresses).orElse(null),
        machine.map(m -> state(m.power())).orElse("unknown"),
        created,
        Duration.between(created, now),
        image.orElse(null),
        host.map(inventory::hostName).orElse(null),
        known.flatMap(InstanceView::owner).orElse(null),
        known.map(i -> i.phase().name().toLowerCase(Locale.ROOT)).orElse(null),
        known.map(io.macpool.core.fleet.Instance::isWarm).orElse(null),
        known.flatMap(instance -> instance.expiresAt(machine, lifetime)).orElse(null),
        machine.map(InstanceView::relayed).filter(all -> !all.isEmpty()).orElse(null),
        provider(inventory, host, image).orElse(null));
  }

  /** By its host, and by its image while that is not known; not told where there is only one. */
  private static Optional<String> provider(
      Inventory inventory, Optional<String> host, Optional<String> image) {
    return host.map(inventory.hosts()::get)
        .map(seen -> seen.traits().provider())
        .or(() -> image.flatMap(inventory::image).map(Image::provider))
        .filter(name -> !name.isEmpty());
  }

  private static Optional<String> owner(io.macpool.core.fleet.Instance instance) {
    return instance.ownership().equals(Ownership.UNKNOWN)
        ? Optional.of("unknown")
        : instance.owner();
  }

  private static List<Instance.Relayed> relayed(Machine machine) {
    return machine.endpoints().stream()
        .filter(endpoint -> endpoint.port().isPresent())
        .map(one -> new Instance.Relayed(one.address(), one.port().getAsInt()))
        .toList();
  }

  private static String state(PowerState power) {
    return switch (power) {
      case ON -> "powered-on";
      case OFF -> "powered-off";
      case SUSPENDED -> "suspended";
      case UNKNOWN -> "unknown";
    };
  }
}
