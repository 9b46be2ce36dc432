package io.macpool.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.Documents;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.broker.Instance;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.Watched;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a broker could say. */
public final class FakePool {

  public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private FakePool() {}

  /** By JSON, as it comes: what else a broker may say is left out. */
  private static <T> T read(Class<T> type, Map<String, Object> members) {
    return BrokerJson.mapper().convertValue(members, type);
  }

  public static HostInfo host(String name, String state, int used) {
    Map<String, Object> members = new HashMap<>();
    members.put("type", HostInfo.TYPE);
    members.put("id", "host-" + name);
    members.put("name", name);
    members.put("state", state);
    members.put("reason", "ready".equals(state) ? null : "somebody wanted it so");
    members.put("total", 2);
    members.put("used", used);
    members.put("warm", 0);
    members.put("free", 2 - used);
    return read(HostInfo.class, members);
  }

  public static Instance instance(
      String id, String host, String owner, String phase, boolean warm) {
    Map<String, Object> members = new HashMap<>();
    members.put("type", Instance.TYPE);
    members.put("id", id);
    members.put("state", "powered-on");
    members.put("created_at", NOW.minus(Duration.ofMinutes(5)).toString());
    members.put("age", "5m");
    members.put("base-image", "macos-15");
    members.put("host", host);
    members.put("owner", owner);
    members.put("phase", phase);
    members.put("warm", warm);
    return read(Instance.class, members);
  }

  public static BrokerState state(List<HostInfo> hosts, List<Instance> instances) {
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
            read(
                ImageInfo.class,
                Map.of("type", ImageInfo.TYPE, "id", "macos-15", "state", "ready"))));
  }

  /** The same, with creates of an owner's that wait. */
  public static BrokerState waiting(BrokerState state, String owner, int creates) {
    Capacity capacity = state.capacity();
    return new BrokerState(
        state.hosts(),
        state.instances(),
        new Capacity(
            Capacity.TYPE,
            "pool",
            capacity.slots(),
            List.of(),
            List.of(),
            List.of(),
            List.of(new Capacity.Waiting(owner, creates))),
        state.images());
  }

  public static Watched<BrokerState> known(BrokerState state) {
    return Watched.<BrokerState>notYet(NOW).answered(state, NOW);
  }

  /** What the Kubernetes API answers for a path. */
  static String resources(String path) {
    if (path.endsWith("/namespaces/default/hardwarepools")) {
      return """
      {"items": [{"metadata": {"name": "macs"}, "status": {"slots": 4, "used": 4,
       "grants": [{"cluster": "ios-workers", "wanted": 9, "share": 2, "held": 2}]}}]}\
      """;
    }
    return path.endsWith("/namespaces/default/workerclusters")
        ? """
        {"items": [{"metadata": {"name": "ios-workers"}, "spec": {"scaling": {"queue": "builds.ios"}}, "status":
         {"desiredJobs": 2, "runningJobs": 2, "queueDepth": 7, "hardwarePool": "macs",
          "conditions": [{"type": "Stalled", "status": "True", "message": "nothing <moves>"},
                         {"type": "Ready", "status": "True", "message": "fine"}]}}]}\
        """
        : null;
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
