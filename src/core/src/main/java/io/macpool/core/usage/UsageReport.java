package io.macpool.core.usage;

import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.Recording.HostSpan;
import io.macpool.core.usage.Recording.Occupation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a pool's slots were used for in a period. Every slot of every host is accounted for, each
 * millisecond once; so the parts add up to the whole.
 *
 * @param period that it tells of
 * @param whole slot time of all hosts
 * @param hosts by name
 * @param charges by owner; they and {@link SlotUse#UNRECORDED} add up to the whole
 * @param waits by cluster
 * @param gaps when nothing was recorded, by their beginning, joined where they meet
 */
public record UsageReport(
    Period period,
    SlotTime whole,
    List<HostUsage> hosts,
    List<Charge> charges,
    Map<String, WaitFigures> waits,
    List<Gap> gaps) {

  /**
   * One host.
   *
   * @param mostAtOnce the most instances that were in its slots at once
   * @param at the minute in which that was so first; the period's beginning if it was never used
   * @param slots the most that it had
   * @param unseen how much of the period nothing is known of it: {@code mostAtOnce} holds for the
   *     rest
   */
  public record HostUsage(
      String host, SlotTime time, int mostAtOnce, Instant at, int slots, Duration unseen) {

    /** Whether more ran at once than the licence allows on one host. */
    public boolean isAbove(int licensed) {
      return mostAtOnce > licensed;
    }
  }

  /**
   * What one owner answers for.
   *
   * @param owner empty for what nobody owned, if nobody owned anything at all
   * @param own slot time of its own instances, being made and hung ones included
   * @param shared its part of what was nobody's: warm, idle, cordoned and lost, in the proportion
   *     of {@code own}
   */
  public record Charge(Optional<String> owner, Duration own, Duration shared) {

    public Duration sum() {
      return own.plus(shared);
    }
  }

  /** Accounts for what was recorded. */
  public static UsageReport of(Recording recording) {
    Period period = recording.period();
    List<Gap> gaps = joined(period, recording.gaps());
    Map<String, List<HostSpan>> spans = new TreeMap<>();
    recording.hosts().forEach(span -> add(spans, span.host(), span));
    Map<String, List<Occupation>> occupations = new TreeMap<>();
    recording.occupations().forEach(each -> add(occupations, each.host(), each));
    TreeSet<String> names = new TreeSet<>(spans.keySet());
    names.addAll(occupations.keySet());

    List<HostUsage> hosts = new ArrayList<>();
    Chargeback chargeback = new Chargeback();
    SlotTime whole = SlotTime.none();
    for (String name : names) {
      HostUsage host =
          new HostTimeline(
                  name,
                  period,
                  spans.getOrDefault(name, List.of()),
                  occupations.getOrDefault(name, List.of()),
                  gaps,
                  chargeback)
              .account();
      hosts.add(host);
      whole = whole.plus(host.time());
    }
    Map<String, WaitFigures> waits = new TreeMap<>();
    recording.waits().forEach((cluster, list) -> waits.put(cluster, WaitFigures.of(list)));
    return new UsageReport(
        period, whole, List.copyOf(hosts), chargeback.charges(whole), Map.copyOf(waits), gaps);
  }

  /**
   * What the reports of a period's parts say of it whole. As exact as its parts are: cut anywhere
   * and joined, a period's report is the same, but for its waits, which are left out.
   *
   * @param parts in the order of time, each beginning where the one before ended
   * @throws IllegalArgumentException if there is none, or one does not follow the one before
   */
  public static UsageReport joined(List<UsageReport> parts) {
    Period period = new Period(parts.get(0).period.from(), parts.get(parts.size() - 1).period.to());
    Map<String, HostSum> hosts = new TreeMap<>();
    Chargeback chargeback = new Chargeback();
    List<Gap> gaps = new ArrayList<>();
    SlotTime whole = SlotTime.none();
    Instant end = period.from();
    for (UsageReport part : parts) {
      if (!part.period.from().equals(end)) {
        throw new IllegalArgumentException("nothing joins " + end + " and " + part.period.from());
      }
      end = part.period.to();
      part.hosts.forEach(
          host -> hosts.computeIfAbsent(host.host(), none -> new HostSum()).add(host, part));
      part.charges.forEach(chargeback::add);
      gaps.addAll(part.gaps);
      whole = whole.plus(part.whole);
    }
    List<HostUsage> sums =
        hosts.entrySet().stream().map(each -> each.getValue().of(each.getKey(), period)).toList();
    return new UsageReport(
        period, whole, sums, chargeback.charges(whole), Map.of(), joined(period, gaps));
  }

  /** The same report, with these waits. */
  public UsageReport withWaits(Map<String, WaitFigures> told) {
    return new UsageReport(period, whole, hosts, charges, Map.copyOf(told), gaps);
  }

  private static <T> void add(Map<String, List<T>> lists, String key, T value) {
    lists.computeIfAbsent(key, none -> new ArrayList<>()).add(value);
  }

  private static List<Gap> joined(Period period, List<Gap> gaps) {
    List<Gap> joined = new ArrayList<>();
    gaps.stream()
        .map(gap -> new Gap(gap.period().within(period), gap.cause()))
        .filter(gap -> !gap.period().isEmpty())
        .sorted(
            (a, b) -> {
              int order = a.period().from().compareTo(b.period().from());
              return order != 0 ? order : a.cause().compareTo(b.cause());
            })
        .forEach(
            gap -> {
              Gap last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
              if (last == null || last.period().to().isBefore(gap.period().from())) {
                joined.add(gap);
              } else if (last.period().to().isBefore(gap.period().to())) {
                Period longer = new Period(last.period().from(), gap.period().to());
                joined.set(joined.size() - 1, new Gap(longer, last.cause()));
              }
            });
    return List.copyOf(joined);
  }
}
