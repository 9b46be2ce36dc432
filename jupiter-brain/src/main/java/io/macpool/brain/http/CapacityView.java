package io.macpool.brain.http;

import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.slots.HoldTimes;
import io.macpool.brain.lifecycle.slots.PendingSlots;
import io.macpool.broker.Capacity;
import io.macpool.broker.HostInfo;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.forecast.WaitForecast;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pool's slots as clients see them: how many, who waits for one, and for how long. */
final class CapacityView {

  private final FleetView fleet;
  private final Instances instances;
  private final PendingSlots pending;
  private final Supplier<List<String>> warnings;
  private final HoldTimes holdTimes;

  CapacityView(FleetView fleet, Backend backend, Clock clock) {
    this.fleet = fleet;
    this.instances = backend.instances();
    this.pending = backend.availability().pending();
    this.warnings = backend.warnings();
    this.holdTimes = HoldTimes.of(backend.fleet().live(), clock);
  }

  Capacity capacity(Inventory inventory) {
    List<HostInfo> hosts = fleet.hosts(inventory);
    Capacity.Slots slots =
        new Capacity.Slots(
            hosts.stream().mapToInt(HostInfo::total).sum(),
            hosts.stream().mapToInt(HostInfo::used).sum(),
            hosts.stream().mapToInt(HostInfo::warm).sum(),
            hosts.stream().mapToInt(HostInfo::free).sum(),
            pending.count());
    Map<String, Integer> owners = instances.waiting();
    return new Capacity(
        Capacity.TYPE,
        "pool",
        slots,
        fleet.byImage(inventory),
        hosts.stream()
            .map(
                host ->
                    new Capacity.HostSlots(
                        host.name(),
                        host.state(),
                        host.total(),
                        host.used(),
                        host.warm(),
                        host.free(),
                        host.reason(),
                        host.provider()))
            .toList(),
        warnings.get(),
        owners.entrySet().stream()
            .map(owner -> new Capacity.Waiting(owner.getKey(), owner.getValue()))
            .toList(),
        forecast(slots, owners.values().stream().mapToInt(Integer::intValue).sum()));
  }

  /** Null, which is left out, if one more create would not wait. */
  private Capacity.@Nullable Forecast forecast(Capacity.Slots slots, int waiting) {
    int ahead = waiting - slots.free() - slots.warm();
    if (ahead < 0) {
      return null;
    }
    Optional<WaitForecast> forecast = holdTimes.next(ahead);
    if (forecast.isEmpty()) {
      return new Capacity.Forecast(null, null, "no instance is in use whose slot could come free");
    }
    return forecast.get() instanceof WaitForecast.Foretold told
        ? new Capacity.Forecast(seconds(told.median()), seconds(told.latest()), null)
        : new Capacity.Forecast(null, null, forecast.get().reason().words());
  }

  private static Duration seconds(Duration time) {
    return Duration.ofSeconds(Math.max(1, time.plusMillis(500).toSeconds()));
  }
}
