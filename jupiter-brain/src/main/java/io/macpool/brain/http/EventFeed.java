package io.macpool.brain.http;

import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What changed, in order, rendered once for all readers: the last change of each instance that
 * lives, of the last ones that are gone, and of each host's repair. So a reader who lags gets what
 * is true now, and no reader costs memory. Confined to one event loop.
 */
final class EventFeed {

  /** Instances that are gone are told to whoever comes back, but not for ever. */
  private static final int MOST_GONE = 10_000;

  /**
   * One change.
   *
   * @param id of the instance or host
   * @param gone whether the instance is no more, or the host's repair has ended
   */
  private record Change(String id, boolean gone, Buffer text) {}

  private record Told(long at, String state) {}

  private final LiveInstances live;
  private final InstanceView view;
  private final Hypervisor hypervisor;
  private final Supplier<Map<String, HostHygiene.Repair>> repairs;

  /** Numbers of another replica, or of a process before this one, mean nothing here. */
  private final String epoch = UUID.randomUUID().toString().substring(0, 8);

  private final TreeMap<Long, Change> changes = new TreeMap<>();
  private final Map<String, Told> told = new HashMap<>();
  private final TreeMap<Long, String> gone = new TreeMap<>();

  /** Where the last change of each host's repair stands, also of those that have ended. */
  private final Map<String, Long> repairsAt = new HashMap<>();

  private Map<String, HostHygiene.Repair> toldRepairs = Map.of();
  private long last;
  private long floor;
  private long liveVersion = -1;
  private long inventory = -1;

  /**
   * @param repairs those that go on, by host
   */
  EventFeed(
      LiveInstances live,
      InstanceView view,
      Hypervisor hypervisor,
      Supplier<Map<String, HostHygiene.Repair>> repairs) {
    this.repairs = repairs;
    this.live = live;
    this.view = view;
    this.hypervisor = hypervisor;
  }

  /** Takes in one instance as it is now; true if that is news. */
  boolean update(String id) {
    return live.find(id).map(known -> tell(view.of(known))).orElseGet(() -> tellGone(id));
  }

  /** Takes in whatever changed, here, in vSphere or at another replica; true if there is news. */
  boolean look() {
    boolean ofHosts = lookAtRepairs();
    return lookAtInstances() || ofHosts;
  }

  private boolean lookAtInstances() {
    long now = hypervisor.lastKnown().version();
    long version = live.version();
    if (now == inventory && version == liveVersion) {
      return false;
    }
    inventory = now;
    liveVersion = version;
    boolean news = false;
    for (io.macpool.core.fleet.Instance instance : live.all()) {
      news |= tell(view.of(instance));
    }
    for (String id : List.copyOf(told.keySet())) {
      if (live.find(id).isEmpty()) {
        news |= tellGone(id);
      }
    }
    return news;
  }

  private boolean lookAtRepairs() {
    Map<String, HostHygiene.Repair> now = repairs.get();
    if (now.equals(toldRepairs)) {
      return false;
    }
    now.forEach(
        (host, repair) -> {
          if (!repair.equals(toldRepairs.get(host))) {
            tellHost(host, repair.host(), Optional.of(repair));
          }
        });
    toldRepairs.forEach(
        (host, repair) -> {
          if (!now.containsKey(host)) {
            tellHost(host, repair.host(), Optional.empty());
          }
        });
    toldRepairs = Map.copyOf(now);
    return true;
  }

  /** Members as those of {@code GET /hosts}; a host whose repair has ended is told without them. */
  private void tellHost(String id, String name, Optional<HostHygiene.Repair> repair) {
    Long before = repairsAt.get(id);
    if (before != null) {
      changes.remove(before);
    }
    Map<String, String> json = new LinkedHashMap<>();
    json.put("type", HostInfo.TYPE);
    json.put("id", id);
    json.put("name", name);
    Optional.ofNullable(hypervisor.lastKnown().hosts().get(id))
        .map(host -> host.traits().provider())
        .filter(provider -> !provider.isEmpty())
        .ifPresent(provider -> json.put("provider", provider));
    repair.ifPresent(
        going -> {
          json.put("hygiene", going.phase());
          json.put("hygiene-reason", going.reason());
        });
    repairsAt.put(id, add("host", id, repair.isEmpty(), Answers.json(json)));
  }

  private boolean tell(Instance instance) {
    String state =
        instance.phase()
            + instance.owner()
            + instance.state()
            + instance.host()
            + instance.ipAddresses()
            + instance.endpoints()
            + instance.provider();
    Told before = told.get(instance.id());
    if (before != null && before.state().equals(state)) {
      return false;
    }
    if (before != null) {
      changes.remove(before.at());
    }
    told.put(
        instance.id(),
        new Told(add("instance", instance.id(), false, Answers.json(instance)), state));
    return true;
  }

  private boolean tellGone(String id) {
    Told before = told.remove(id);
    if (before == null) {
      return false;
    }
    changes.remove(before.at());
    gone.put(add("gone", id, true, Answers.json(Map.of("type", Instance.TYPE, "id", id))), id);
    if (gone.size() > MOST_GONE) {
      floor = gone.pollFirstEntry().getKey();
      changes.remove(floor);
    }
    return true;
  }

  private long add(String event, String id, boolean isGone, Buffer json) {
    last++;
    changes.put(
        last,
        new Change(
            id,
            isGone,
            Buffer.buffer("event: " + event + "\nid: " + epoch + "-" + last)
                .appendString("\ndata: ")
                .appendBuffer(json)
                .appendString("\n\n")));
    return last;
  }

  /** Where the reader stands who heard this last; empty if that is not known here any more. */
  Optional<Long> position(String lastEventId) {
    int dash = lastEventId.indexOf('-');
    if (dash < 0
        || !lastEventId.substring(0, dash).equals(epoch)
        || !lastEventId.substring(dash + 1).matches("[0-9]{1,18}")) {
      return Optional.empty();
    }
    long at = Long.parseLong(lastEventId.substring(dash + 1));
    return at >= floor && at <= last ? Optional.of(at) : Optional.empty();
  }

  /** Whether a reader at this position would miss that something is gone. */
  boolean isTooOld(long position) {
    return position < floor;
  }

  /** The position of whoever has heard all. */
  long end() {
    return last;
  }

  /**
   * The next changes, at most so many bytes and one change more.
   *
   * @param lives whether those that are gone are left out
   */
  Part after(long position, int bytes, boolean lives) {
    Buffer text = Buffer.buffer();
    long at = position;
    for (Map.Entry<Long, Change> next : changes.tailMap(position, false).entrySet()) {
      if (text.length() >= bytes) {
        return new Part(text, at);
      }
      at = next.getKey();
      if (!lives || !next.getValue().gone()) {
        text.appendBuffer(next.getValue().text());
      }
    }
    return new Part(text, at);
  }

  /**
   * Some changes.
   *
   * @param position of whoever has heard them
   */
  record Part(Buffer text, long position) {}

  /** Says that all that lives was named since the answer began. */
  Buffer complete() {
    return Buffer.buffer(
        "event: complete\nid: "
            + epoch
            + "-"
            + last
            + "\ndata: {\"instances\":"
            + told.size()
            + "}\n\n");
  }
}
