package io.macpool.console.page;

import io.macpool.broker.Capacity.ImageSlots;
import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.console.watch.BrokerState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Why a create has to wait, in words. */
final class WaitCauses {

  private WaitCauses() {}

  /** All hosts in a line: "12 hosts: 8 full, 2 draining, 1 lost, 1 with room". */
  static String summary(BrokerState state) {
    Map<String, Long> kinds =
        state.hosts().stream()
            .collect(Collectors.groupingBy(WaitCauses::kind, TreeMap::new, Collectors.counting()));
    Slots slots = state.capacity().slots();
    String hosts =
        kinds.entrySet().stream()
            .map(each -> each.getValue() + " " + each.getKey())
            .collect(Collectors.joining(", "));
    String verdict =
        slots.free() > 0
            ? "A create would not wait: " + slots.free() + " slots are free."
            : slots.warm() > 0
                ? "A create would take the slot of one of " + slots.warm() + " warm instances."
                : "A create waits until one of "
                    + slots.used()
                    + " used slots is given back"
                    + (slots.pending() > 0 ? "; " + slots.pending() + " are about to be." : ".");
    return state.hosts().size() + " hosts: " + (hosts.isEmpty() ? "none" : hosts) + ". " + verdict;
  }

  private static String kind(HostInfo host) {
    if (!"ready".equals(host.state())) {
      return host.state();
    }
    return host.free() > 0 ? "with room" : "full";
  }

  static String ofHost(HostInfo host) {
    if (!"ready".equals(host.state())) {
      return PoolGrid.words(host);
    }
    String held = host.used() + " of " + host.total() + " slots in use, " + host.warm() + " warm";
    return (host.free() > 0 ? "it has room: " : "it is full: ")
        + held
        + (host.reason() == null ? "" : "; " + host.reason());
  }

  static String ofImage(BrokerState state, String name) {
    Optional<ImageInfo> image =
        state.images().stream().filter(each -> each.id().equals(name)).findFirst();
    if (image.isEmpty()) {
      return "The pool has no image " + name + ": a create of it is refused.";
    }
    if (!"ready".equals(image.get().state())) {
      return "The image "
          + name
          + " is "
          + image.get().state()
          + (image.get().reason() == null ? "" : ": " + image.get().reason())
          + (image.get().until() == null ? "" : ", until " + image.get().until())
          + ".";
    }
    int warm =
        Objects.requireNonNullElse(state.capacity().byImage(), List.<ImageSlots>of()).stream()
            .filter(each -> each.image().equals(name))
            .mapToInt(ImageSlots::warm)
            .sum();
    return warm > 0
        ? warm + " instances of " + name + " wait warm: a create gets one of them at once."
        : "No instance of " + name + " waits warm: one is made.";
  }
}
