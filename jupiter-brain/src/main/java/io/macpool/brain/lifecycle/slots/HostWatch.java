package io.macpool.brain.lifecycle.slots;

import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Inventory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells which hosts are lost, and what they hold. Thread-safe. */
public final class HostWatch {

  private static final Logger log = LoggerFactory.getLogger(HostWatch.class);

  private static final String VCENTER = "vCenter does not reach it";

  private final LiveInstances live;
  private Map<String, String> lost = Map.of();
  private boolean byVCenter = true;

  public HostWatch(LiveInstances live, MeterRegistry meters) {
    this.live = live;
    Gauge.builder("hosts.lost", this, HostWatch::count)
        .description("hosts that are not reached")
        .register(meters);
  }

  private synchronized int count() {
    return lost.size();
  }

  /** Takes in what is seen. */
  public synchronized void look(Inventory inventory) {
    Map<String, String> now = new TreeMap<>();
    Map<String, String> reasons = new HashMap<>();
    for (Host host : inventory.hosts().values()) {
      if (!host.connected()) {
        now.put(host.id(), host.name());
        reasons.put(host.id(), host.traits().limit().orElse(VCENTER));
      }
    }
    now.forEach(
        (id, name) -> {
          if (!lost.containsKey(id)) {
            log.warn("host {} is lost: {}; {}", name, reasons.get(id), holds(id));
          }
        });
    lost.forEach(
        (id, name) -> {
          if (!now.containsKey(id)) {
            log.info("host {} is no longer lost", name);
          }
        });
    lost = Map.copyOf(now);
    byVCenter = Set.of(VCENTER).containsAll(reasons.values());
  }

  private String holds(String id) {
    long count = live.all().stream().filter(i -> i.host().equals(Optional.of(id))).count();
    return switch ((int) count) {
      case 0 -> "it holds no instance";
      case 1 -> "it holds 1 instance";
      default -> "it holds " + count + " instances";
    };
  }

  /** Which hosts are lost, for a person; empty if none is. */
  public synchronized Optional<String> warning() {
    Set<String> texts = new TreeSet<>();
    lost.forEach((id, name) -> texts.add(name + ", " + holds(id)));
    return texts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            (byVCenter ? "hosts that vCenter does not reach: " : "hosts that are not reached: ")
                + String.join("; ", texts));
  }
}
