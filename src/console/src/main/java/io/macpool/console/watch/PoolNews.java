package io.macpool.console.watch;

import io.macpool.broker.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What the broker's events changed since its lists were asked for: put onto the lists, it is what
 * is true now. Bounded by number and age. Thread-safe.
 */
public final class PoolNews {

  /** A list that was asked for so long ago has failed. */
  private static final Duration KEPT = Duration.ofMinutes(1);

  private static final int MOST = 20_000;

  private record Change(Instant at, Optional<Instance> now) {}

  private final Map<String, Change> changes = new LinkedHashMap<>();

  /**
   * Takes in a change.
   *
   * @param now empty if the instance is gone
   */
  public synchronized void hear(String id, Optional<Instance> now, Instant at) {
    changes.remove(id); // the latest are last
    changes.put(id, new Change(at, now));
    while (changes.size() > MOST
        || changes.values().iterator().next().at().isBefore(at.minus(KEPT))) {
      changes.remove(changes.keySet().iterator().next());
    }
  }

  /** What was listed, and changed since it was asked for. */
  public synchronized BrokerState onto(BrokerState listed, Instant asked) {
    changes.values().removeIf(change -> change.at().isBefore(asked));
    if (changes.isEmpty()) {
      return listed;
    }
    // In the order of the list, which is sorted: it is sorted again at little cost.
    Map<String, Instance> instances = new LinkedHashMap<>();
    listed.instances().forEach(each -> instances.put(each.id(), each));
    changes.forEach(
        (id, change) ->
            change
                .now()
                .ifPresentOrElse(now -> instances.put(id, now), () -> instances.remove(id)));
    List<Instance> now = new ArrayList<>(instances.values());
    return new BrokerState(listed.hosts(), now, listed.capacity(), listed.images());
  }

  /** What changed, to be put onto whatever is known. */
  public UnaryOperator<BrokerState> all() {
    return known -> onto(known, Instant.MIN);
  }
}
