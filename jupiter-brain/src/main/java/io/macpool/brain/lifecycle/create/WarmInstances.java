package io.macpool.brain.lifecycle.create;

import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What waits warm, as creates see it, and what they lately asked for, as the warm pool sees it. */
public final class WarmInstances {

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MOST_REMEMBERED = 10_000;

  private record Demand(String image, Instant at) {}

  private final LiveInstances live;
  private final Reclaimer reclaimer;
  private final String broker;
  private final Clock clock;
  private final Deque<Demand> demand = new ArrayDeque<>();
  private volatile Runnable onTaken = () -> {};

  WarmInstances(LiveInstances live, Reclaimer reclaimer, String broker, Clock clock) {
    this.broker = broker;
    this.live = live;
    this.reclaimer = reclaimer;
    this.clock = clock;
  }

  /** A replacement is due whenever one is taken. */
  public void onTaken(Runnable listener) {
    onTaken = listener;
  }

  void taken() {
    onTaken.run();
  }

  /** Somebody asked for an instance of the image. */
  void asked(String image) {
    synchronized (demand) {
      demand.addLast(new Demand(image, clock.instant()));
      if (demand.size() > MOST_REMEMBERED) {
        demand.removeFirst();
      }
    }
  }

  /**
   * Instances asked for within the last minute, by image: here, whatever came of it, and at other
   * replicas, as far as their owners hold them.
   */
  public Map<String, Integer> recentDemand() {
    Instant since = clock.instant().minus(WINDOW);
    Map<String, Integer> recent = new HashMap<>();
    for (Instance instance : live.all()) {
      if (!instance.broker().equals(broker)
          && instance.owner().isPresent()
          && instance.createdAt().isAfter(since)) {
        instance.image().ifPresent(image -> recent.merge(image, 1, Integer::sum));
      }
    }
    synchronized (demand) {
      demand.removeIf(d -> d.at().isBefore(since));
      demand.forEach(d -> recent.merge(d.image(), 1, Integer::sum));
    }
    return recent;
  }

  /** Instances of the image, as it is now, that could be handed over; the longest waiting first. */
  List<Instance> waiting(Image image) {
    return live.all().stream()
        .filter(i -> i.isWaiting() && i.image().equals(Optional.of(image.name())))
        .filter(i -> !i.isOutdated(image))
        .filter(i -> !reclaimer.isInHand(i.id()))
        .sorted(Comparator.comparing(Instance::changedAt))
        .toList();
  }

  /**
   * One that can give its slot to an instance of another image: the longest waiting.
   *
   * @param asked ids of those that were asked already
   */
  Optional<Instance> victim(String image, Set<String> asked) {
    return live.all().stream()
        .filter(i -> i.isWarm() && i.phase() == InstancePhase.READY)
        .filter(i -> !i.image().equals(Optional.of(image)))
        .filter(i -> !asked.contains(i.id()))
        .filter(i -> !reclaimer.isInHand(i.id()))
        .min(Comparator.comparing(Instance::changedAt));
  }
}
