package io.macpool.brain.lifecycle.hygiene;

import io.macpool.core.hygiene.HostHygienePlanner.State;
import io.macpool.core.hygiene.HostRepair;
import io.macpool.core.hygiene.HygieneAction;
import io.macpool.core.hygiene.HygienePolicy;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What meters tell of host hygiene; its owner keeps it, for gauges do not. */
final class HygieneMeters {

  private final MeterRegistry registry;
  private final Supplier<State> state;
  private final DoubleSupplier longestUptime;

  /**
   * Registers all of them, at 0: an alert can't see a series' first value.
   *
   * @param longestUptime in seconds
   */
  HygieneMeters(
      MeterRegistry registry,
      HygienePolicy policy,
      Supplier<State> state,
      DoubleSupplier longestUptime) {
    this.registry = registry;
    this.state = state;
    this.longestUptime = longestUptime;
    for (HostRepair.Phase phase : HostRepair.Phase.values()) {
      Gauge.builder("hosts.hygiene", this, m -> m.count(repair -> repair.phase() == phase))
          .tag("phase", word(phase))
          .description("hosts under repair")
          .register(registry);
    }
    Gauge.builder("hosts.hygiene.in.vain", this, m -> m.count(repair -> repair.isInVain(policy)))
        .description("hosts that were asked to reboot as often as may be, and did not")
        .register(registry);
    Gauge.builder("hosts.uptime.max", this, m -> m.longestUptime.getAsDouble())
        .baseUnit("seconds")
        .description("how long the host has been up that has been so for longest")
        .register(registry);
    List.of("rest", "drain", "askreboot", "probe", "takeback")
        .forEach(action -> registry.counter("hosts.hygiene.actions", "action", action));
    List.of("taken", "failed")
        .forEach(result -> registry.counter("hosts.hygiene.hooks", "result", result));
  }

  private long count(Predicate<HostRepair> counts) {
    return state.get().repairs().values().stream().filter(counts).count();
  }

  /** A phase as meters and the API call it. */
  static String word(HostRepair.Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  void carriedOut(HygieneAction action) {
    registry
        .counter(
            "hosts.hygiene.actions",
            "action",
            action.getClass().getSimpleName().toLowerCase(Locale.ROOT))
        .increment();
  }

  /**
   * @param taken whether the hook took the order
   */
  void hookCalled(boolean taken) {
    registry.counter("hosts.hygiene.hooks", "result", taken ? "taken" : "failed").increment();
  }
}
