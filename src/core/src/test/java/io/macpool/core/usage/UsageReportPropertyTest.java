package io.macpool.core.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.Recording.HostSpan;
import io.macpool.core.usage.Recording.Occupation;
import io.macpool.core.usage.UsageReport.Charge;
import io.macpool.core.usage.UsageReport.HostUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class UsageReportPropertyTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final int MINUTES = 60;

  /** Minute by minute, the slow way. */
  private static SlotTime countedByHand(Recording recording, String host) {
    SlotTime sum = SlotTime.none();
    for (int minute = 0; minute < MINUTES; minute++) {
      Instant at = START.plus(Duration.ofMinutes(minute));
      List<Occupation> inside = inside(recording, host, at);
      Optional<HostSpan> span =
          recording.hosts().stream()
              .filter(each -> each.host().equals(host) && contains(each.period(), at))
              .findFirst();
      int slots = span.map(HostSpan::slots).orElse(0);
      boolean gap = recording.gaps().stream().anyMatch(each -> contains(each.period(), at));
      if (gap) {
        sum = sum.plus(minutes(SlotUse.UNRECORDED, Math.max(slots, inside.size())));
      } else {
        for (Occupation each : inside) {
          sum = sum.plus(minutes(each.use(), 1));
        }
        int empty = Math.max(0, slots - inside.size());
        sum = sum.plus(minutes(span.map(HostSpan::whenEmpty).orElse(SlotUse.LOST), empty));
      }
    }
    return sum;
  }

  private static List<Occupation> inside(Recording recording, String host, Instant at) {
    return recording.occupations().stream()
        .filter(each -> each.host().equals(host) && contains(each.period(), at))
        .toList();
  }

  private static boolean contains(Period period, Instant at) {
    return !at.isBefore(period.from()) && at.isBefore(period.to());
  }

  private static SlotTime minutes(SlotUse use, int count) {
    return count == 0
        ? SlotTime.none()
        : SlotTime.ofMillis(Map.of(use, Duration.ofMinutes(count).toMillis()));
  }

  @Property(tries = 150)
  void everySlotOfEveryMinuteIsAccountedForOnce(@ForAll("recordings") Recording recording) {
    UsageReport report = UsageReport.of(recording);

    SlotTime whole = SlotTime.none();
    for (HostUsage host : report.hosts()) {
      assertThat(host.time()).isEqualTo(countedByHand(recording, host.host()));
      whole = whole.plus(host.time());
    }
    assertThat(report.whole()).isEqualTo(whole);
  }

  @Property(tries = 150)
  void chargesAddUpToWhatWasRecorded(@ForAll("recordings") Recording recording) {
    UsageReport report = UsageReport.of(recording);

    Duration charged =
        report.charges().stream().map(Charge::sum).reduce(Duration.ZERO, Duration::plus);
    assertThat(charged.plus(report.whole().of(SlotUse.UNRECORDED)))
        .isEqualTo(report.whole().whole());
    assertThat(report.charges())
        .allSatisfy(
            charge -> {
              assertThat(charge.own()).isGreaterThanOrEqualTo(Duration.ZERO);
              assertThat(charge.shared()).isGreaterThanOrEqualTo(Duration.ZERO);
            });
  }

  @Property(tries = 150)
  void theLicenceCountsTheMostThatWereSeenAtOnce(@ForAll("recordings") Recording recording) {
    for (HostUsage host : UsageReport.of(recording).hosts()) {
      int most = 0;
      Instant at = START;
      for (int minute = 0; minute < MINUTES; minute++) {
        Instant now = START.plus(Duration.ofMinutes(minute));
        boolean seen = recording.gaps().stream().noneMatch(gap -> contains(gap.period(), now));
        int count = inside(recording, host.host(), now).size();
        if (seen && count > most) {
          most = count;
          at = now;
        }
      }
      assertThat(host.mostAtOnce()).isEqualTo(most);
      assertThat(host.at()).isEqualTo(at);
      assertThat(host.isAbove(2)).isEqualTo(most > 2);
    }
  }

  @Property(tries = 150)
  void cutAnywhereAndJoinedItIsTheSame(
      @ForAll("recordings") Recording recording, @ForAll("cuts") List<Integer> cuts) {
    List<UsageReport> parts = new ArrayList<>();
    Instant from = recording.period().from();
    for (int second : cuts.stream().sorted().toList()) {
      Instant to = START.plusSeconds(second);
      parts.add(UsageReport.of(of(recording, new Period(from, to))));
      from = to;
    }
    parts.add(UsageReport.of(of(recording, new Period(from, recording.period().to()))));

    assertThat(UsageReport.joined(parts)).isEqualTo(UsageReport.of(recording));
  }

  private static Recording of(Recording recording, Period period) {
    return new Recording(
        period, recording.hosts(), recording.occupations(), recording.gaps(), recording.waits());
  }

  @Example
  void ofAPartThatSaysNothingOfAHostItIsUnseen() {
    HostSpan span = new HostSpan("mac-1", 2, SlotUse.IDLE, period(10, 20));
    UsageReport before =
        UsageReport.of(new Recording(period(0, 10), List.of(), List.of(), List.of(), Map.of()));
    UsageReport after =
        UsageReport.of(
            new Recording(period(10, 20), List.of(span), List.of(), List.of(), Map.of()));

    assertThat(UsageReport.joined(List.of(before, after)).hosts().get(0).unseen())
        .isEqualTo(Duration.ofMinutes(10));
    assertThatThrownBy(() -> UsageReport.joined(List.of(after, before)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property(tries = 50)
  void theOrderOfRecordsDoesNotMatter(
      @ForAll("recordings") Recording recording, @ForAll Random random) {
    List<HostSpan> hosts = new ArrayList<>(recording.hosts());
    List<Occupation> occupations = new ArrayList<>(recording.occupations());
    Collections.shuffle(hosts, random);
    Collections.shuffle(occupations, random);

    assertThat(
            UsageReport.of(
                new Recording(
                    recording.period(), hosts, occupations, recording.gaps(), recording.waits())))
        .isEqualTo(UsageReport.of(recording));
  }

  @Example
  void oneInstanceAfterAnotherIsNotTwoAtOnce() {
    Recording recording =
        new Recording(
            period(0, 10),
            List.of(new HostSpan("mac-1", 2, SlotUse.IDLE, period(0, 10))),
            List.of(
                new Occupation("mac-1", Optional.empty(), SlotUse.WARM, period(0, 5)),
                new Occupation("mac-1", Optional.of("ios"), SlotUse.BUSY, period(5, 9))),
            List.of(),
            Map.of("ios", List.of(Duration.ofMinutes(1), Duration.ofMinutes(3))));

    UsageReport report = UsageReport.of(recording);

    assertThat(report.hosts().get(0).mostAtOnce()).isOne();
    assertThat(report.hosts().get(0).unseen()).isZero();
    assertThat(report.whole().of(SlotUse.IDLE)).isEqualTo(Duration.ofMinutes(11));
    assertThat(report.whole().utilisation()).isEqualTo(0.2);
    assertThat(report.charges())
        .containsExactly(
            new Charge(Optional.of("ios"), Duration.ofMinutes(4), Duration.ofMinutes(16)));
    assertThat(report.waits().get("ios"))
        .isEqualTo(
            new WaitFigures(
                2, Duration.ofMinutes(1), Duration.ofMinutes(3), Duration.ofMinutes(3)));
  }

  @Example
  void whereNobodyLookedNothingIsIdle() {
    Recording recording =
        new Recording(
            period(0, 10),
            List.of(new HostSpan("mac-1", 2, SlotUse.IDLE, period(0, 10))),
            List.of(),
            List.of(
                new Gap(period(6, 8), "no console"), new Gap(period(4, 6), "the broker was away")),
            Map.of());

    UsageReport report = UsageReport.of(recording);

    assertThat(report.gaps()).containsExactly(new Gap(period(4, 8), "the broker was away"));
    assertThat(report.whole().of(SlotUse.IDLE)).isEqualTo(Duration.ofMinutes(12));
    assertThat(report.hosts().get(0).unseen()).isEqualTo(Duration.ofMinutes(4));
    assertThat(report.charges())
        .containsExactly(new Charge(Optional.empty(), Duration.ZERO, Duration.ofMinutes(12)));
  }

  private static Period period(int from, int to) {
    return new Period(START.plus(Duration.ofMinutes(from)), START.plus(Duration.ofMinutes(to)));
  }

  @Provide
  Arbitrary<List<Integer>> cuts() {
    return Arbitraries.integers().between(0, MINUTES * 60).list().ofMaxSize(5);
  }

  @Provide
  Arbitrary<Recording> recordings() {
    Arbitrary<Period> periods =
        Combinators.combine(
                Arbitraries.integers().between(-10, MINUTES + 5),
                Arbitraries.integers().between(0, 40))
            .as((from, length) -> period(from, from + length));
    Arbitrary<Occupation> occupations =
        Combinators.combine(
                Arbitraries.of("mac-1", "mac-2", "mac-3"),
                Arbitraries.of("ios", "tvos", "watchos").optional(),
                Arbitraries.of(SlotUse.BUSY, SlotUse.BOOTING, SlotUse.WARM, SlotUse.HUNG),
                periods)
            .as(Occupation::new);
    Arbitrary<List<HostSpan>> hosts =
        Combinators.combine(spansOf("mac-1"), spansOf("mac-2"))
            .as(
                (one, two) -> {
                  List<HostSpan> both = new ArrayList<>(one);
                  both.addAll(two);
                  return both;
                });
    return Combinators.combine(
            hosts,
            occupations.list().ofMaxSize(12),
            periods.map(period -> new Gap(period, "nobody looked")).list().ofMaxSize(2))
        .as(
            (spans, inSlots, gaps) ->
                new Recording(period(0, MINUTES), spans, inSlots, gaps, Map.of()));
  }

  /** Spans of one host follow each other, with or without time between them. */
  private static Arbitrary<List<HostSpan>> spansOf(String host) {
    Arbitrary<SlotUse> empty = Arbitraries.of(SlotUse.IDLE, SlotUse.CORDONED, SlotUse.LOST);
    return Combinators.combine(
            Arbitraries.integers().between(0, 30),
            Arbitraries.integers().between(0, 30),
            Arbitraries.integers().between(0, 5),
            Arbitraries.integers().between(1, 2),
            empty,
            empty)
        .as(
            (first, second, pause, slots, one, two) ->
                List.of(
                    new HostSpan(host, slots, one, period(0, first)),
                    new HostSpan(host, 2, two, period(first + pause, first + pause + second))));
  }
}
