package io.macpool.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.Documents;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.broker.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What a broker could say. */
final class FakePool {

  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private FakePool() {}

  static HostInfo host(String name, String state, int used) {
    return new HostInfo(
        HostInfo.TYPE,
        "host-" + name,
        name,
        state,
        "ready".equals(state) ? null : "somebody wanted it so",
        2,
        used,
        0,
        2 - used,
        null,
        null,
        null,
        null,
        null);
  }

  static Instance instance(String id, String host, String owner, String phase, boolean warm) {
    return new Instance(
        Instance.TYPE,
        id,
        List.of(),
        "powered-on",
        NOW.minus(Duration.ofMinutes(5)),
        Duration.ofMinutes(5),
        "macos-15",
        host,
        owner,
        phase,
        warm,
        null);
  }

  static BrokerState state(List<HostInfo> hosts, List<Instance> instances) {
    int total = hosts.stream().mapToInt(HostInfo::total).sum();
    int used = instances.size();
    return new BrokerState(
        hosts,
        instances,
        new Capacity(
            Capacity.TYPE,
            "pool",
            new Slots(total, used, 0, total - used),
            List.of(),
            List.of(),
            List.of()),
        List.of(
            new ImageInfo(
                ImageInfo.TYPE, "macos-15", 4, 8192, false, "ready", used, 0, null, null)));
  }

  static Watched<BrokerState> known(BrokerState state) {
    return Watched.<BrokerState>notYet(NOW).answered(state, NOW);
  }

  /** What the broker answers for a path; null if it knows none. */
  static String answer(BrokerState state, String path) {
    Object data =
        switch (path) {
          case "/hosts" -> state.hosts();
          case "/instances" -> state.instances();
          case "/images" -> state.images();
          case "/capacity" -> List.of(state.capacity());
          default -> null;
        };
    try {
      return data == null
          ? null
          : BrokerJson.mapper().writeValueAsString(new Documents.Data<>((List<?>) data));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
