package io.macpool.brain.lifecycle;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The ledger's live instances in memory, so that reads cost nothing. What this process does shows
 * at once; what another replica does shows after the next {@link #refresh}.
 */
public final class LiveInstances {

  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  private final Map<String, Instance> live = new ConcurrentHashMap<>();
  private final Map<String, Instant> gone = new ConcurrentHashMap<>();
  private final List<Consumer<Instance>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong version = new AtomicLong();

  /** Takes in an instance as the ledger has it now. */
  public void put(Instance instance) {
    Instance before;
    if (instance.phase() == InstancePhase.GONE) {
      gone.put(instance.id(), instance.changedAt());
      before = live.remove(instance.id());
    } else {
      before = live.put(instance.id(), instance);
    }
    if (!instance.equals(before)) {
      version.incrementAndGet();
      listeners.forEach(listener -> listener.accept(instance));
    }
  }

  public Optional<Instance> find(String id) {
    return Optional.ofNullable(live.get(id));
  }

  /** Whether it was gone a moment ago, though vSphere may still show it. */
  public boolean isGone(String id) {
    return gone.containsKey(id);
  }

  public Collection<Instance> all() {
    return List.copyOf(live.values());
  }

  /** Grows with each change; what was read before it grew may be out of date. */
  public long version() {
    return version.get();
  }

  public int size() {
    return live.size();
  }

  /** Calls {@code listener} with each instance that changed; it must not block. */
  public Runnable onChange(Consumer<Instance> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /**
   * Takes in the whole ledger.
   *
   * @param asOf before it was read: what changed here since then is newer and stays
   */
  void refresh(Collection<Instance> ledger, Instant asOf) {
    Map<String, Instance> known = new ConcurrentHashMap<>();
    for (Instance instance : ledger) {
      known.put(instance.id(), instance);
      Instance here = live.get(instance.id());
      if (here == null || here.changedAt().isBefore(asOf)) {
        put(instance);
      }
    }
    boolean forgot = gone.values().removeIf(at -> at.isBefore(asOf.minus(REMEMBERED)));
    forgot |=
        live.values()
            .removeIf(here -> !known.containsKey(here.id()) && here.changedAt().isBefore(asOf));
    if (forgot) {
      version.incrementAndGet();
    }
  }
}
