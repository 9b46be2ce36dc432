package io.macpool.console.watch;

import io.macpool.broker.Capacity;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.broker.Instance;
import io.macpool.core.usage.SlotUse;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the broker said in one round of questions. */
public record BrokerState(
    List<HostInfo> hosts, List<Instance> instances, Capacity capacity, List<ImageInfo> images) {

  public BrokerState {
    hosts = hosts.stream().sorted(Comparator.comparing(HostInfo::name)).toList();
    instances =
        instances.stream()
            .filter(BrokerState::takesUpRoom)
            .sorted(Comparator.comparing(Instance::id))
            .toList();
    images = List.copyOf(images);
  }

  /** What lies switched off without a record, such as an image, holds no slot. */
  private static boolean takesUpRoom(Instance instance) {
    return instance.phase() != null || "powered-on".equals(instance.state());
  }

  public Optional<Instance> instance(String id) {
    return instances.stream().filter(each -> each.id().equals(id)).findFirst();
  }

  public static SlotUse useOf(Instance instance) {
    if (instance.phase() == null) {
      return SlotUse.BUSY; // none of the broker's, and it runs
    }
    return switch (instance.phase()) {
      case "ready" -> Boolean.TRUE.equals(instance.warm()) ? SlotUse.WARM : SlotUse.BUSY;
      default -> SlotUse.BOOTING;
    };
  }

  /** What an empty slot of that host is. */
  public static SlotUse whenEmpty(HostInfo host) {
    return switch (host.state()) {
      case "ready" -> SlotUse.IDLE;
      case "lost" -> SlotUse.LOST;
      default -> SlotUse.CORDONED;
    };
  }
}
