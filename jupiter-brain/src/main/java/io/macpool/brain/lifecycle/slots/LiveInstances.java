package io.macpool.brain.lifecycle.slots;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger's live instances in memory, so that reads cost nothing. What this process does shows
 * at once; what another replica does shows after the next {@link #refresh}.
 */
public final class LiveInstances {

  private static final Logger log = LoggerFactory.getLogger(LiveInstances.class);
  private static final int MOST_NAMED = 10;
  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  /** Before all marks: what is here counts. */
  private static final long NEVER = 0;

  /**
   * @param mark when it was taken in, by {@link #mark}
   */
  private record Known(Instance instance, long mark) {}

  private record Gone(long version, Instant at) {}

  private final Map<String, Known> live = new ConcurrentHashMap<>();
  private final Map<String, Gone> gone = new ConcurrentHashMap<>();
  private final List<Consumer<Instance>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong version = new AtomicLong();
  private final AtomicLong marks = new AtomicLong();
  private final Clock clock;

  public LiveInstances(Clock clock) {
    this.clock = clock;
  }

  /**
   * Takes in an instance as the ledger has it, or had it: what is older than what is here stays
   * out.
   */
  public void put(Instance instance) {
    put(instance, NEVER);
  }

  private void put(Instance instance, long asOf) {
    boolean changed;
    synchronized (this) {
      changed = take(instance, asOf);
    }
    if (changed) {
      version.incrementAndGet();
      listeners.forEach(listener -> listener.accept(instance));
    }
  }

  private boolean take(Instance instance, long asOf) {
    Gone ended = gone.get(instance.id());
    if (ended != null && ended.version() >= instance.version()) {
      return false;
    }
    Known before = live.get(instance.id());
    if (before != null
        && before.instance().version() > instance.version()
        && before.mark() > asOf) {
      return false;
    }
    if (instance.phase() == InstancePhase.GONE) {
      gone.put(instance.id(), new Gone(instance.version(), clock.instant()));
      live.remove(instance.id());
      return true;
    }
    gone.remove(instance.id());
    live.put(instance.id(), new Known(instance, marks.incrementAndGet()));
    return before == null || !before.instance().equals(instance);
  }

  /** To be taken before the ledger is read for {@link #refresh}. */
  public long mark() {
    return marks.get();
  }

  public Optional<Instance> find(String id) {
    return Optional.ofNullable(live.get(id)).map(Known::instance);
  }

  /** Whether it was gone a moment ago, though vSphere may still show it. */
  public boolean isGone(String id) {
    return gone.containsKey(id);
  }

  public Collection<Instance> all() {
    return live.values().stream().map(Known::instance).toList();
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
   * Takes in the whole ledger. What it has an older record of than it once had is as it says now: a
   * failover lost what was committed last.
   *
   * @param asOf a mark from before it was read: what came here since then may be newer, and stays
   */
  public void refresh(Collection<Instance> ledger, long asOf) {
    tellOfLostCommits(ledger.stream().filter(i -> isOlder(i, asOf)).map(Instance::id).toList());
    ledger.forEach(instance -> put(instance, asOf));
    Set<String> known = ledger.stream().map(Instance::id).collect(Collectors.toSet());
    for (Known here : live.values()) {
      if (!known.contains(here.instance().id()) && here.mark() <= asOf) {
        // Another replica destroyed it: whoever listens here should hear of it, too.
        Instance instance = here.instance();
        put(instance.in(InstancePhase.GONE, "destroyed", Optional.empty(), clock.instant()));
      }
    }
    Instant forgotten = clock.instant().minus(REMEMBERED);
    gone.values().removeIf(end -> end.at().isBefore(forgotten));
  }

  private static void tellOfLostCommits(List<String> wentBack) {
    if (!wentBack.isEmpty()) {
      log.warn(
          "the database has older records of {} instances than before: it lost what was committed"
              + " last, as a failover to a server that lags does; they are as it says now: {}",
          wentBack.size(),
          wentBack.stream().limit(MOST_NAMED).toList());
    }
  }

  private boolean isOlder(Instance instance, long asOf) {
    Known here = live.get(instance.id());
    return here != null && here.instance().version() > instance.version() && here.mark() <= asOf;
  }
}
