package io.macpool.brain.lifecycle.slots;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Ownership;
import io.macpool.core.forecast.ForecastCalibration;
import io.macpool.core.forecast.QueueState;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitReason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long owners keep their instances, as this replica has seen it since its start, and what that
 * says of the next wait. An instance that had an owner when the replica started counts from its
 * creation, though it may have waited warm before. One whose owner never learned of it says nothing
 * of how long owners keep theirs. Thread-safe.
 */
public final class HoldTimes {

  /** The latest ones: what jobs took yesterday says little of today's. */
  private static final int REMEMBERED = 300;

  /** Every worker asks each second; to foretell takes a millisecond or two, on an event loop. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  private final Clock clock;
  private final Map<String, Hold> holds = new HashMap<>();
  private final Deque<Duration> ended = new ArrayDeque<>();

  /**
   * One instance that lives.
   *
   * @param owned whether an owner has it, not the warm pool
   * @param since when its owner got it, or it was begun
   */
  private record Hold(boolean owned, Instant since, boolean confirmed) {}

  /** The latest forecast. */
  private record Latest(int ahead, Instant at, Optional<WaitForecast> forecast) {}

  private volatile Latest latest = new Latest(-1, Instant.MIN, Optional.empty());

  private HoldTimes(Clock clock) {
    this.clock = clock;
  }

  /** Sees what lives now, and each change from now on. */
  public static HoldTimes of(LiveInstances live, Clock clock) {
    HoldTimes times = new HoldTimes(clock);
    Runnable unused = live.onChange(times::see); // as long as the process
    live.all().forEach(times::see);
    return times;
  }

  private synchronized void see(Instance instance) {
    if (instance.phase() == InstancePhase.GONE) {
      Hold hold = holds.remove(instance.id());
      if (hold != null && hold.owned() && hold.confirmed()) {
        ended.add(between(hold.since(), instance.changedAt()));
        if (ended.size() > REMEMBERED) {
          ended.remove();
        }
      }
      return;
    }
    boolean owned = instance.ownership().kind() == Ownership.Kind.OWNED;
    Hold before = holds.get(instance.id());
    Instant since =
        before == null
            ? instance.createdAt()
            : before.owned() == owned ? before.since() : instance.changedAt();
    holds.put(instance.id(), new Hold(owned, since, instance.confirmed()));
  }

  /**
   * How long a create waits for the slot of an instance in use; empty if no owner has any. As of a
   * second ago at most.
   *
   * @param ahead creates that take a slot before it, beyond those that find one free or warm
   */
  public Optional<WaitForecast> next(int ahead) {
    Instant now = clock.instant();
    Latest known = latest;
    if (known.ahead() == ahead && now.isBefore(known.at().plus(FRESH))) {
      return known.forecast();
    }
    Optional<WaitForecast> forecast = foretell(ahead, now);
    latest = new Latest(ahead, now, forecast);
    return forecast;
  }

  private Optional<WaitForecast> foretell(int ahead, Instant now) {
    List<Duration> running;
    List<Duration> runTimes;
    synchronized (this) {
      running =
          holds.values().stream().filter(Hold::owned).map(h -> between(h.since(), now)).toList();
      runTimes = List.copyOf(ended);
    }
    int limit = running.size();
    if (limit == 0) {
      return Optional.empty();
    }
    QueueState queue = new QueueState(limit, running, runTimes, new WaitReason.AtItsLimit(limit));
    return Optional.of(WaitForecast.at(queue, ForecastCalibration.none(), ahead + 1));
  }

  private static Duration between(Instant from, Instant to) {
    Duration time = Duration.between(from, to);
    return time.isNegative() ? Duration.ZERO : time;
  }
}
