package io.macpool.brain.lifecycle.slots;

import io.macpool.brain.ledger.Ledger;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.placement.HostLoad;
import io.macpool.core.fleet.placement.SlotMovePlanner;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets slots follow the machines that DRS or a person moved, and knows which hosts hold more than
 * they may because of that. Used by the reconciler's thread; asked by any.
 */
public final class SlotFollower {

  private static final Logger log = LoggerFactory.getLogger(SlotFollower.class);

  private final Ledger ledger;
  private final LiveInstances live;
  private final int slotsPerHost;
  private final MeterRegistry meters;
  private volatile Map<String, Integer> excess = Map.of();

  public SlotFollower(Ledger ledger, LiveInstances live, int slotsPerHost, MeterRegistry meters) {
    this.ledger = ledger;
    this.live = live;
    this.slotsPerHost = slotsPerHost;
    this.meters = meters;
    Gauge.builder("hosts.overcommitted", this, follower -> follower.excess.size())
        .description("hosts that hold more VMs than they have slots")
        .register(meters);
  }

  /** Records where machines are now. One replica does so; the others read it from the ledger. */
  public void follow(Inventory inventory) {
    Map<String, String> seenOn = new HashMap<>();
    inventory
        .machines()
        .values()
        .forEach(machine -> machine.host().ifPresent(host -> seenOn.put(machine.name(), host)));
    if (excess.isEmpty() && live.all().stream().noneMatch(i -> isElsewhere(i, seenOn))) {
      return;
    }
    List<Instance> moved =
        ledger.move((holdings, slots) -> SlotMovePlanner.plan(holdings, seenOn, slots));
    for (Instance instance : moved) {
      live.put(instance);
      meters.counter("slots.moves").increment();
      log.info("{} is on host {} now", instance.id(), hostName(inventory, instance));
    }
  }

  private static boolean isElsewhere(Instance instance, Map<String, String> seenOn) {
    String host = seenOn.get(instance.id());
    return host != null && !instance.host().equals(Optional.of(host));
  }

  private static String hostName(Inventory inventory, Instance instance) {
    String id = instance.host().orElse("");
    return inventory.hosts().containsKey(id) ? inventory.hosts().get(id).name() : id;
  }

  /** Counts anew what hosts hold beyond their slots. */
  public void count(Inventory inventory) {
    Collection<Instance> instances = live.all();
    Map<String, Integer> now = new TreeMap<>();
    for (HostLoad load : Placement.loads(inventory, Map.of(), instances, slotsPerHost)) {
      if (load.excess() > 0) {
        now.put(load.host().name(), load.excess());
      }
    }
    if (!now.equals(excess)) {
      if (now.isEmpty()) {
        log.info("no host holds more VMs than it may any more");
      } else {
        log.warn("VMs beyond a host's slots: {}; nothing new is placed there", now);
      }
    }
    excess = Map.copyOf(now);
  }

  /** Which hosts hold how many VMs too many, for a person; empty if none does. */
  public Optional<String> overcommit() {
    Map<String, Integer> now = new TreeMap<>(excess);
    return now.isEmpty()
        ? Optional.empty()
        : Optional.of("VMs beyond a host's slots: " + now + "; nothing new is placed there");
  }
}
