package io.macpool.console;

import io.macpool.broker.BrokerJson;
import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.Capacity.Waiting;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.broker.Instance;
import io.macpool.console.watch.BrokerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A pool as large as pools become, each kind of host and slot among it. */
final class LargePool {

  private static final String[] OWNERS = {"ios", "backend", "release", "nightly"};

  private LargePool() {}

  static BrokerState of(int hosts, Instant now) {
    List<HostInfo> all = new ArrayList<>();
    List<Instance> instances = new ArrayList<>();
    int used = 0;
    int warm = 0;
    int total = 0;
    for (int i = 0; i < hosts; i++) {
      String name = "mac-%04d".formatted(i);
      String state = state(i);
      int held =
          "ready".equals(state) ? (i % 5 == 0 ? 1 : i % 11 == 0 ? 0 : 2) : i % 3 == 0 ? 1 : 0;
      for (int slot = 0; slot < held; slot++) {
        boolean isWarm = slot == 1 && i % 7 == 0;
        String phase = i % 13 == 0 && slot == 0 ? "requested" : "ready";
        instances.add(instance(i, slot, name, phase, isWarm, now));
        used += isWarm ? 0 : 1;
        warm += isWarm ? 1 : 0;
      }
      total += "lost".equals(state) ? 0 : 2;
      all.add(host(i, name, state, held, now));
    }
    return new BrokerState(
        all,
        instances,
        new Capacity(
            Capacity.TYPE,
            "pool",
            new Slots(total, used, warm, total - used - warm, hosts / 100),
            List.of(),
            List.of(),
            List.of(),
            List.of(new Waiting("ios", 12), new Waiting("release", 3))),
        List.of(
            BrokerJson.mapper()
                .convertValue(
                    Map.of("type", ImageInfo.TYPE, "id", "macos-15", "state", "ready"),
                    ImageInfo.class)));
  }

  private static String state(int host) {
    return host % 97 == 0
        ? "lost"
        : host % 41 == 0 ? "cordoned" : host % 53 == 0 ? "draining" : "ready";
  }

  private static HostInfo host(int number, String name, String state, int used, Instant now) {
    Map<String, Object> members = new HashMap<>();
    members.put("type", HostInfo.TYPE);
    members.put("id", "host-" + number);
    members.put("name", name);
    members.put("state", state);
    members.put("provider", number % 4 == 0 ? "arm" : "intel");
    members.put("reason", "ready".equals(state) ? null : "its disk is to be replaced");
    members.put("total", 2);
    members.put("used", used);
    members.put("warm", 0);
    members.put("free", 2 - used);
    members.put("booted", now.minus(Duration.ofHours(5 + number % 400)).toString());
    return BrokerJson.mapper().convertValue(members, HostInfo.class);
  }

  private static Instance instance(
      int host, int slot, String on, String phase, boolean warm, Instant now) {
    Map<String, Object> members = new HashMap<>();
    members.put("type", Instance.TYPE);
    members.put("id", "vm-%d-%d".formatted(host, slot));
    members.put("state", "powered-on");
    members.put("created_at", now.minus(Duration.ofSeconds(30 + host * 7L % 2400)).toString());
    members.put("base-image", "macos-15");
    members.put("host", on);
    members.put("owner", warm ? null : OWNERS[(host + slot) % OWNERS.length]);
    members.put("phase", phase);
    members.put("warm", warm);
    return BrokerJson.mapper().convertValue(members, Instance.class);
  }
}
