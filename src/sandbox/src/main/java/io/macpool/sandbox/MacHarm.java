package io.macpool.sandbox;

import io.macpool.sandbox.Chaos.Deed;
import io.macpool.sandbox.Chaos.Harm;
import io.macpool.sim.tart.MacSimulator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What may be done to simulated Macs with tart. */
final class MacHarm {

  private MacHarm() {}

  /** All of it, each to one of these. */
  static Map<Mishap.Kind, Deed> deeds(List<MacSimulator> macs) {
    Map<Mishap.Kind, Deed> deeds = new EnumMap<>(Mishap.Kind.class);
    deeds.put(Mishap.Kind.MAC_REBOOTED, once(macs, MacSimulator::reboot));
    deeds.put(Mishap.Kind.MAC_CUT, once(macs, MacSimulator::cut));
    deeds.put(Mishap.Kind.MAC_HUNG, lasting(macs, MacSimulator::hang));
    deeds.put(Mishap.Kind.MAC_PHANTOM_LIMIT, lasting(macs, MacSimulator::phantomLimit));
    deeds.put(Mishap.Kind.MAC_DISK_FULL, lasting(macs, MacSimulator::diskFull));
    deeds.put(Mishap.Kind.TART_KILLED, pick -> killed(one(macs, pick), pick));
    return deeds;
  }

  private static MacSimulator one(List<MacSimulator> macs, int pick) {
    return macs.get(pick % macs.size());
  }

  private static Deed once(List<MacSimulator> macs, Consumer<MacSimulator> harm) {
    return pick -> {
      MacSimulator mac = one(macs, pick);
      harm.accept(mac);
      return Optional.of(Harm.mendingItself(mac.name()));
    };
  }

  private static Deed lasting(List<MacSimulator> macs, BiConsumer<MacSimulator, Boolean> harm) {
    return pick -> {
      MacSimulator mac = one(macs, pick);
      harm.accept(mac, true);
      return Optional.of(new Harm(mac.name(), () -> harm.accept(mac, false)));
    };
  }

  private static Optional<Harm> killed(MacSimulator mac, int pick) {
    List<String> running = mac.runningVms().stream().sorted().toList();
    if (running.isEmpty()) {
      return Optional.empty();
    }
    String vm = running.get(pick % running.size());
    mac.killRun(vm);
    return Optional.of(Harm.mendingItself(vm + " on " + mac.name()));
  }
}
