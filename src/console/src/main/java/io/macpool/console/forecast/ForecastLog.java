package io.macpool.console.forecast;

import io.macpool.core.forecast.ForecastCalibration;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitForecast.Foretold;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keeps what is foretold of the job that comes next in each queue, and compares it with the wait of
 * who came next. A wait is compared once, with the last forecast before the job was queued, if that
 * was not long before. Bounded by age and number; thread-safe.
 */
public final class ForecastLog {

  /** What is told of a queue is kept so often. */
  static final Duration EVERY = Duration.ofSeconds(15);

  /** A forecast older than this says nothing of who comes now. */
  static final Duration SAID_FOR = Duration.ofMinutes(1);

  /** Who waits longer than this is not compared. */
  public static final Duration KEPT = Duration.ofHours(26);

  private static final int MOST = 100_000;
  private static final int MOST_QUEUES = 500;

  private final Map<String, TreeMap<Instant, IssuedForecast>> told = new HashMap<>();
  private final Map<String, ForecastCalibration> learned = new HashMap<>();
  private final Map<Instant, Map<ForecastGroup, Coverage>> counts = new HashMap<>();
  private final List<IssuedForecast> unsaved = new ArrayList<>();
  private int size;

  /** Whether what is told of a queue now is kept: of what is told often, a part is. */
  public synchronized boolean isDue(String queue, Instant now) {
    TreeMap<Instant, IssuedForecast> before = told.get(queue);
    return before == null
        ? told.size() < MOST_QUEUES
        : Duration.between(before.lastKey(), now).compareTo(EVERY) >= 0;
  }

  /** Keeps what is told now of who comes next. */
  public synchronized void tell(String queue, WaitForecast forecast, Instant now) {
    if (!isDue(queue, now)) {
      return;
    }
    IssuedForecast next =
        new IssuedForecast(
            queue,
            now.truncatedTo(ChronoUnit.MILLIS),
            forecast instanceof Foretold foretold ? Optional.of(foretold) : Optional.empty());
    put(next);
    unsaved.add(next);
    forget(now.minus(KEPT));
  }

  private void put(IssuedForecast next) {
    if (told.computeIfAbsent(next.queue(), none -> new TreeMap<>()).put(next.at(), next) == null) {
      size++;
    }
  }

  private void forget(Instant oldest) {
    if (unsaved.size() > MOST) {
      unsaved.subList(0, unsaved.size() - MOST).clear();
    }
    for (TreeMap<Instant, IssuedForecast> each : told.values()) {
      while (!each.isEmpty() && each.firstKey().isBefore(oldest)) {
        each.pollFirstEntry();
        size--;
      }
    }
    while (size > MOST) {
      told.values().stream()
          .filter(each -> !each.isEmpty())
          .min((one, other) -> one.firstKey().compareTo(other.firstKey()))
          .ifPresent(TreeMap::pollFirstEntry);
      size--;
    }
    told.values().removeIf(TreeMap::isEmpty);
  }

  /** Takes in that a job was queued and then taken: its wait has come to its end. */
  public synchronized void came(Wait wait) {
    Optional<IssuedForecast> said = saidBefore(wait);
    if (said.isEmpty()) {
      return;
    }
    Optional<Foretold> foretold = said.get().foretold();
    if (foretold.isEmpty()) {
      count(
          wait.taken(),
          new ForecastGroup(wait.queue(), Optional.empty()),
          new Coverage(0, 0, 0, Duration.ZERO, 1));
      return;
    }
    Foretold forecast = foretold.get();
    learn(wait, forecast);
    boolean early = wait.length().compareTo(forecast.earliest()) < 0;
    count(
        wait.taken(),
        new ForecastGroup(wait.queue(), Optional.of(forecast.horizon())),
        new Coverage(
            1,
            forecast.holds(wait.length()) ? 1 : 0,
            early ? 1 : 0,
            off(forecast, wait.length()),
            0));
  }

  /** The last forecast before a job was queued, if it was not long before. */
  private Optional<IssuedForecast> saidBefore(Wait wait) {
    TreeMap<Instant, IssuedForecast> before = told.get(wait.queue());
    Map.Entry<Instant, IssuedForecast> last =
        before == null ? null : before.floorEntry(wait.queued());
    return last == null
            || Duration.between(last.getKey(), wait.queued()).compareTo(SAID_FOR) > 0
            || wait.length().isNegative()
            // A free slot was not foretold, but seen.
            || last.getValue().foretold().filter(f -> f.latest().isZero()).isPresent()
        ? Optional.empty()
        : Optional.of(last.getValue());
  }

  private void learn(Wait wait, Foretold forecast) {
    learned.merge(
        wait.queue(),
        ForecastCalibration.none().learning(forecast, wait.length()),
        (known, first) -> known.learning(forecast, wait.length()));
  }

  private static Duration off(Foretold forecast, Duration wait) {
    return forecast.median().minus(wait).abs();
  }

  private void count(Instant at, ForecastGroup which, Coverage one) {
    counts
        .computeIfAbsent(at.truncatedTo(ChronoUnit.HOURS), none -> new HashMap<>())
        .merge(which, one, Coverage::plus);
  }

  /** What the waits that came taught of a queue. */
  public synchronized ForecastCalibration learned(String queue) {
    return learned.getOrDefault(queue, ForecastCalibration.none());
  }

  /** What was told and is not {@link #saved} yet. */
  public synchronized List<IssuedForecast> unsaved() {
    return List.copyOf(unsaved);
  }

  /** These are kept elsewhere, too. */
  public synchronized void saved(List<IssuedForecast> kept) {
    unsaved.removeAll(kept);
  }

  /**
   * Goes on from what was kept by one before: what its forecasts were off by is learned again, and
   * not counted again. Whoever has learned of waits of its own already learns nothing of earlier
   * ones, which would count as the latest.
   *
   * @param ended waits that have come to their end, in any order
   */
  public synchronized void resume(List<IssuedForecast> kept, List<Wait> ended) {
    kept.forEach(this::put);
    if (learned.isEmpty()) {
      ended.stream()
          .sorted(Comparator.comparing(Wait::taken))
          .forEach(
              wait ->
                  saidBefore(wait)
                      .flatMap(IssuedForecast::foretold)
                      .ifPresent(forecast -> learn(wait, forecast)));
    }
  }

  /** Takes the counts by hour that are not saved; whoever can't save them gives them back. */
  public synchronized Map<Instant, Map<ForecastGroup, Coverage>> take() {
    Map<Instant, Map<ForecastGroup, Coverage>> taken = new HashMap<>();
    counts.forEach((hour, each) -> taken.put(hour, Map.copyOf(each)));
    counts.clear();
    return taken;
  }

  /** Takes back what could not be saved. */
  public synchronized void giveBack(Map<Instant, Map<ForecastGroup, Coverage>> taken) {
    taken.forEach(
        (hour, each) ->
            each.forEach(
                (which, count) ->
                    counts
                        .computeIfAbsent(hour, none -> new HashMap<>())
                        .merge(which, count, Coverage::plus)));
  }

  /** Counts since an hour that are not saved. */
  public synchronized Map<ForecastGroup, Coverage> since(Instant hour) {
    Map<ForecastGroup, Coverage> sum = new HashMap<>();
    counts.forEach(
        (at, each) -> {
          if (!at.isBefore(hour)) {
            each.forEach((which, count) -> sum.merge(which, count, Coverage::plus));
          }
        });
    return sum;
  }
}
