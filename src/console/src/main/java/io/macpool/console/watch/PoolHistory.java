package io.macpool.console.watch;

import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.macpool.console.history.OpenInterval;
import io.macpool.console.history.PoolObservation;
import io.macpool.console.history.StateInterval;
import io.macpool.core.usage.CapacityReplay.Demand;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.Recording;
import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.Recording.HostSpan;
import io.macpool.core.usage.SlotUse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was seen of the pool, in memory and bounded by age and number. Between two looks that are
 * further apart than {@link #LONGEST_PAUSE} nothing is known. Thread-safe.
 */
public final class PoolHistory {

  /** Longer than this, and nobody can say what was between two looks. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  /** Why nothing is known of the time before the first look. */
  static final String NOT_YET = "the console did not look yet";

  /** What is made for longer counts as being made until now, even if it comes to nothing. */
  private static final Duration LONGEST_UNDECIDED = Duration.ofMinutes(30);

  private final Duration kept;
  private final int most;
  private final Deque<StateInterval> stays = new ArrayDeque<>();
  private final Deque<HostSpan> spans = new ArrayDeque<>();
  private final Deque<Gap> gaps = new ArrayDeque<>();
  private final Map<String, OpenInterval> open = new HashMap<>();
  private final Map<String, HostSpan> hosts = new HashMap<>();
  private final Deque<StateInterval> newStays = new ArrayDeque<>();
  private final Deque<HostSpan> newSpans = new ArrayDeque<>();
  private final Deque<Gap> newGaps = new ArrayDeque<>();
  private Instant begin;
  private Instant last;

  /**
   * @param kept how old the oldest may be
   * @param most stays and spans that are kept
   */
  public PoolHistory(Duration kept, int most, Instant begin) {
    this.kept = kept;
    this.most = most;
    this.begin = begin.truncatedTo(ChronoUnit.MILLIS); // as periods are
    this.last = begin;
  }

  /** Takes in what was seen at an instant; looks come in order. */
  public synchronized void observe(BrokerState state, Instant at) {
    if (pauseBefore(at)) {
      add(new Gap(new Period(last, at), "the broker was away, or nobody looked"));
    }
    for (HostInfo host : state.hosts()) {
      HostSpan before = hosts.get(host.name());
      SlotUse empty = BrokerState.whenEmpty(host);
      if (before == null || before.slots() != host.total() || before.whenEmpty() != empty) {
        endHost(host.name(), at);
        hosts.put(host.name(), new HostSpan(host.name(), host.total(), empty, new Period(at, at)));
      }
    }
    Set<String> there = new HashSet<>();
    state.hosts().forEach(host -> there.add(host.name()));
    List.copyOf(hosts.keySet()).stream()
        .filter(name -> !there.contains(name))
        .forEach(name -> endHost(name, at));
    observeInstances(state.instances(), at);
    last = at;
    forget(at);
  }

  private boolean pauseBefore(Instant at) {
    return Duration.between(last, at).compareTo(LONGEST_PAUSE) > 0;
  }

  private void observeInstances(List<Instance> instances, Instant at) {
    Set<String> there = new HashSet<>();
    for (Instance instance : instances) {
      if (instance.host() == null) {
        continue;
      }
      there.add(instance.id());
      OpenInterval before = open.get(instance.id());
      SlotUse use = BrokerState.useOf(instance);
      if (before != null
          && before.use() == use
          && instance.host().equals(before.host())
          && ownerOf(instance).equals(before.owner())) {
        continue;
      }
      boolean made =
          before == null
              ? use == SlotUse.BOOTING && !"reclaiming".equals(instance.phase())
              : before.made();
      boolean ready = (before != null && before.ready()) || use != SlotUse.BOOTING;
      if (before != null) {
        add(before.ended(at, false));
      }
      open.put(
          instance.id(),
          new OpenInterval(
              instance.id(),
              Optional.ofNullable(instance.baseImage()),
              instance.host(),
              ownerOf(instance),
              use,
              at,
              made,
              ready));
    }
    for (String id : List.copyOf(open.keySet())) {
      if (!there.contains(id)) {
        add(Objects.requireNonNull(open.remove(id), id).ended(at, true));
      }
    }
  }

  private void add(StateInterval stay) {
    stays.add(stay);
    keep(newStays, stay);
  }

  private void add(Gap gap) {
    gaps.add(gap);
    keep(newGaps, gap);
  }

  /** Until it is saved; while that fails for long, the oldest goes. */
  private <T> void keep(Deque<T> unsaved, T one) {
    unsaved.add(one);
    if (unsaved.size() > most) {
      unsaved.poll();
    }
  }

  private static Optional<String> ownerOf(Instance instance) {
    return Optional.ofNullable(instance.owner());
  }

  private void endHost(String name, Instant at) {
    HostSpan before = hosts.remove(name);
    if (before != null) {
      HostSpan span = until(before, at);
      spans.add(span);
      keep(newSpans, span);
    }
  }

  private static HostSpan until(HostSpan span, Instant at) {
    return new HostSpan(
        span.host(), span.slots(), span.whenEmpty(), new Period(span.period().from(), at));
  }

  private void forget(Instant now) {
    Instant oldest = now.minus(kept);
    while (!stays.isEmpty()
        && (stays.size() > most || stays.peek().occupation().period().to().isBefore(oldest))) {
      begin = later(begin, stays.poll().occupation().period().to());
    }
    while (!spans.isEmpty()
        && (spans.size() > most || spans.peek().period().to().isBefore(oldest))) {
      begin = later(begin, spans.poll().period().to());
    }
    while (!gaps.isEmpty() && gaps.peek().period().to().isBefore(oldest)) {
      gaps.poll();
    }
    begin = later(begin, oldest);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /** The first instant of which anything is known. */
  public synchronized Instant begin() {
    return begin;
  }

  /** What is known of a period; what is not is a gap of it. */
  public synchronized Recording recording(Period asked) {
    boolean fresh =
        asked.to().isAfter(last)
            && Duration.between(last, asked.to()).compareTo(LONGEST_PAUSE) <= 0
            && last.isAfter(asked.from());
    Period period = fresh ? new Period(asked.from(), last) : asked;
    List<HostSpan> allHosts = new ArrayList<>();
    spans.stream().filter(span -> meets(span.period(), period)).forEach(allHosts::add);
    hosts.values().forEach(span -> allHosts.add(until(span, later(last, span.period().from()))));
    List<Gap> allGaps = new ArrayList<>(gaps);
    if (period.from().isBefore(begin)) {
      allGaps.add(new Gap(new Period(period.from(), begin), NOT_YET));
    }
    if (period.to().isAfter(last)) {
      allGaps.add(new Gap(new Period(last, period.to()), "since the last look"));
    }
    return new Recording(
        period,
        allHosts,
        all().stream()
            .map(StateInterval::occupation)
            .filter(each -> meets(each.period(), period))
            .toList(),
        allGaps,
        Map.of());
  }

  private static boolean meets(Period one, Period other) {
    return !one.to().isBefore(other.from()) && !one.from().isAfter(other.to());
  }

  /** Goes on from what was kept by one before, before the first look. */
  synchronized void resume(PoolObservation seen) {
    begin = seen.begin();
    last = seen.last();
    stays.addAll(seen.stays());
    spans.addAll(seen.spans());
    gaps.addAll(seen.gaps());
    seen.open().forEach(each -> open.put(each.instance(), each));
    seen.hosts().forEach(each -> hosts.put(each.host(), each));
  }

  /** What was seen, and of the past what is not {@link #saved} yet. */
  public synchronized PoolObservation unsaved() {
    return new PoolObservation(
        begin,
        last,
        List.copyOf(open.values()),
        List.copyOf(hosts.values()),
        List.copyOf(newStays),
        List.copyOf(newSpans),
        List.copyOf(newGaps));
  }

  /** The past that this tells is kept elsewhere from now on, too. */
  synchronized void saved(PoolObservation seen) {
    drop(newStays, seen.stays());
    drop(newSpans, seen.spans());
    drop(newGaps, seen.gaps());
  }

  /** Those that are still there are the first. */
  private static <T> void drop(Deque<T> unsaved, List<T> saved) {
    for (T each : saved) {
      if (unsaved.peek() == each) {
        unsaved.poll();
      }
    }
  }

  public synchronized Instant last() {
    return last;
  }

  /** Up to when nothing changes any more: what is being made may still turn out to hang. */
  public synchronized Instant decided() {
    Instant oldest = last.minus(LONGEST_UNDECIDED);
    Instant undecided =
        open.values().stream()
            .filter(OpenInterval::isUndecided)
            .map(OpenInterval::since)
            .min(Comparator.naturalOrder())
            .orElse(last);
    return later(oldest, undecided);
  }

  private List<StateInterval> all() {
    List<StateInterval> all = new ArrayList<>(stays);
    open.values().forEach(each -> all.add(each.until(last)));
    return all;
  }

  /** All of one instance, the oldest first. */
  public synchronized List<StateInterval> of(String instance) {
    return all().stream().filter(each -> each.instance().equals(instance)).toList();
  }

  /** All of some instances, each one's oldest first. */
  public synchronized Map<String, List<StateInterval>> of(Set<String> instances) {
    return all().stream()
        .filter(each -> instances.contains(each.instance()))
        .collect(Collectors.groupingBy(StateInterval::instance));
  }

  /** How long those were in use that ended last, at most so many. */
  synchronized List<Duration> runTimes(int count) {
    List<Duration> times = new ArrayList<>();
    stays
        .descendingIterator()
        .forEachRemaining(
            each -> {
              if (times.size() < count && each.occupation().use() == SlotUse.BUSY) {
                times.add(each.occupation().period().length());
              }
            });
    return times;
  }

  /** What needed a slot in a period, from its beginning. */
  public synchronized List<Demand> load(Period period) {
    return stays.stream()
        .map(StateInterval::occupation)
        .filter(each -> each.use() == SlotUse.BUSY)
        .filter(each -> !each.period().from().isBefore(period.from()))
        .filter(each -> each.period().from().isBefore(period.to()))
        .map(each -> new Demand(each.period().from(), each.period().length()))
        .toList();
  }
}
