package io.macpool.brain.http;

import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.brain.lifecycle.slots.Placement;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.broker.Capacity;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.StartTimes;
import io.macpool.core.fleet.placement.HostLoad;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Hosts and images as clients see them, from memory. */
final class FleetView {

  private final LiveInstances live;
  private final Cordons cordons;
  private final Quarantine quarantine;
  private final HostHygiene hygiene;
  private final int slotsPerHost;

  FleetView(Backend backend, int slotsPerHost) {
    this.live = backend.fleet().live();
    this.cordons = backend.availability().cordons();
    this.quarantine = backend.availability().quarantine();
    this.hygiene = backend.hygiene();
    this.slotsPerHost = slotsPerHost;
  }

  List<HostInfo> hosts(Inventory inventory) {
    Collection<Instance> instances = live.all();
    Map<String, Integer> warm = new HashMap<>();
    instances.stream()
        .filter(Instance::isWarm)
        .forEach(i -> i.host().ifPresent(host -> warm.merge(host, 1, Integer::sum)));
    return Placement.loads(inventory, cordons.all(), instances, slotsPerHost).stream()
        .map(load -> host(load, warm.getOrDefault(load.host().id(), 0)))
        .sorted(Comparator.comparing(HostInfo::name))
        .toList();
  }

  private HostInfo host(HostLoad load, int warm) {
    String state;
    String reason = null;
    if (!load.host().connected()) {
      state = "lost";
      reason = load.host().traits().limit().orElse("vCenter does not reach it");
    } else if (load.host().inMaintenance()) {
      state = "maintenance";
      reason = "it is in maintenance mode";
    } else if (load.cordon().isEmpty() && quarantine.ofHost(load.host().id()).isPresent()) {
      state = "resting";
      reason = quarantine.ofHost(load.host().id()).map(FleetView::words).orElse(null);
    } else {
      state = load.cordon().map(c -> c.kind().name().toLowerCase(Locale.ROOT)).orElse("ready");
      reason =
          load.cordon()
              .map(Cordon::reason)
              .or(() -> load.host().traits().limit())
              .orElse(load.excess() > 0 ? excess(load.excess()) : null);
    }
    // Slots that can't be filled don't count, those that are still held do.
    boolean ready = state.equals("ready");
    boolean returns = ready || state.equals("resting");
    int total = returns ? load.slots() : Math.min(load.slots(), load.taken());
    return new HostInfo(
        HostInfo.TYPE,
        load.host().id(),
        load.host().name(),
        state,
        reason,
        total,
        load.taken() - warm,
        warm,
        ready ? load.free() : 0,
        load.cordon().flatMap(Cordon::since).orElse(null),
        load.cordon().flatMap(Cordon::by).orElse(null),
        load.host().bootTime().orElse(null),
        hygiene.status(load.host().id()).flatMap(HostHygiene.Status::phase).orElse(null),
        hygiene.status(load.host().id()).map(HostHygiene.Status::reason).orElse(null),
        provider(load.host().traits().provider()),
        load.host().traits().architecture().orElse(null));
  }

  /** Told only where there are several: a broker of one answers as it always did. */
  private static @Nullable String provider(String name) {
    return name.isEmpty() ? null : name;
  }

  private static String words(Quarantine.Sentence sentence) {
    return "left alone until " + sentence.until() + ", then tried again: " + sentence.reason();
  }

  private static String excess(int machines) {
    return machines + (machines == 1 ? " VM" : " VMs") + " beyond its slots, moved there";
  }

  List<ImageInfo> images(Inventory inventory) {
    Map<String, Capacity.ImageSlots> slots = new TreeMap<>();
    byImage(inventory).forEach(image -> slots.put(image.image(), image));
    return inventory.images().values().stream()
        .sorted(Comparator.comparing(Image::name))
        .map(image -> image(image, Optional.ofNullable(slots.get(image.name())), inventory))
        .toList();
  }

  private ImageInfo image(Image image, Optional<Capacity.ImageSlots> slots, Inventory inventory) {
    Optional<Quarantine.Sentence> sentence = quarantine.of(image);
    return new ImageInfo(
        ImageInfo.TYPE,
        image.name(),
        image.cpus(),
        image.ramMb(),
        image.instant(),
        !image.usable() ? "unusable" : sentence.isPresent() ? "quarantined" : "ready",
        slots.map(Capacity.ImageSlots::used).orElse(0),
        slots.map(Capacity.ImageSlots::warm).orElse(0),
        image.obstacle().or(() -> sentence.map(Quarantine.Sentence::reason)).orElse(null),
        sentence.map(Quarantine.Sentence::until).orElse(null),
        provider(image.provider()),
        image.pulls().stream()
            .map(
                pull ->
                    new ImageInfo.Pull(
                        inventory.hostName(pull.host()),
                        pull.percent().isPresent() ? pull.percent().getAsInt() : null,
                        pull.trouble().orElse(null)))
            .toList(),
        suspended(image, inventory).orElse(null));
  }

  private static Optional<ImageInfo.Suspended> suspended(Image image, Inventory inventory) {
    List<Host.Suspended> hosts =
        inventory.hosts().values().stream()
            .sorted(Comparator.comparing(Host::id))
            .flatMap(
                host -> Optional.ofNullable(host.traits().suspended().get(image.ref())).stream())
            .toList();
    if (hosts.isEmpty()) {
      return Optional.empty();
    }
    StartTimes starts = image.starts();
    Optional<String> reason =
        starts.isResumeNoUse()
            ? Optional.of("to resume one saves less than a quarter of the time")
            : hosts.stream()
                .filter(host -> host.wanted() > host.kept())
                .flatMap(host -> host.trouble().stream())
                .findFirst();
    return Optional.of(
        new ImageInfo.Suspended(
            hosts.stream().mapToInt(Host.Suspended::kept).sum(),
            hosts.stream().mapToInt(Host.Suspended::wanted).sum(),
            starts.boots(),
            starts.boots() == 0 ? null : seconds(starts.boot()),
            starts.resumes(),
            starts.resumes() == 0 ? null : seconds(starts.resume()),
            reason.orElse(null)));
  }

  private static Double seconds(Duration time) {
    return time.toMillis() / 1_000.0;
  }

  /** How many slots each image has taken. */
  List<Capacity.ImageSlots> byImage(Inventory inventory) {
    Map<String, int[]> counts = new TreeMap<>();
    for (Instance instance : live.all()) {
      int[] count = counts.computeIfAbsent(instance.image().orElse("unknown"), i -> new int[2]);
      count[instance.isWarm() ? 1 : 0]++;
    }
    return counts.entrySet().stream()
        .map(
            e ->
                new Capacity.ImageSlots(
                    e.getKey(),
                    e.getValue()[0],
                    e.getValue()[1],
                    inventory
                        .image(e.getKey())
                        .map(Image::provider)
                        .map(FleetView::provider)
                        .orElse(null)))
        .toList();
  }
}
