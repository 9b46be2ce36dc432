package io.macpool.core.usage;

import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.Recording.HostSpan;
import io.macpool.core.usage.Recording.Occupation;
import io.macpool.core.usage.UsageReport.HostUsage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One host's period, cut at every moment at which something changes. In a gap all its slots are
 * unrecorded, whatever is said to have been in them.
 */
final class HostTimeline {

  /** What is true from a moment on: later ones change it. */
  private record Change(long at, int order, Runnable effect) {}

  private final String host;
  private final Period period;
  private final List<Change> changes = new ArrayList<>();
  private final Map<SlotUse, Long> millis = new EnumMap<>(SlotUse.class);
  private final Map<SlotUse, Integer> occupied = new EnumMap<>(SlotUse.class);
  private int slots;
  private int mostSlots;
  private int spans;
  private SlotUse whenEmpty = SlotUse.LOST;
  private boolean gap;
  private int instances;
  private int mostAtOnce;
  private long mostAt;
  private long unseen;

  HostTimeline(
      String host,
      Period period,
      List<HostSpan> spans,
      List<Occupation> occupations,
      List<Gap> gaps,
      Chargeback chargeback) {
    this.host = host;
    this.period = period;
    this.mostAt = period.from().toEpochMilli();
    for (HostSpan span : spans) {
      between(
          span.period(),
          () -> {
            this.spans++;
            slots = span.slots();
            mostSlots = Math.max(mostSlots, slots);
            whenEmpty = span.whenEmpty();
          },
          () -> {
            this.spans--;
            slots = 0;
          });
    }
    for (Occupation each : occupations) {
      between(
          each.period(),
          () -> {
            instances++;
            occupied.merge(each.use(), 1, Integer::sum);
          },
          () -> {
            instances--;
            occupied.merge(each.use(), -1, Integer::sum);
          });
      Period inside = each.period().within(period);
      chargeback.add(each, inside.length().toMillis() - covered(inside, gaps));
    }
    for (Gap each : gaps) {
      between(each.period(), () -> gap = true, () -> gap = false);
    }
  }

  private static long covered(Period inside, List<Gap> gaps) {
    long covered = 0;
    for (Gap gap : gaps) {
      covered += gap.period().within(inside).length().toMillis();
    }
    return covered;
  }

  private void between(Period when, Runnable begin, Runnable end) {
    Period inside = when.within(period);
    if (!inside.isEmpty()) {
      // Ends come first, so that what follows something is not beside it.
      changes.add(new Change(inside.from().toEpochMilli(), 1, begin));
      changes.add(new Change(inside.to().toEpochMilli(), 0, end));
    }
  }

  HostUsage account() {
    changes.sort(
        (a, b) ->
            a.at() != b.at()
                ? Long.compare(a.at(), b.at())
                : Integer.compare(a.order(), b.order()));
    long now = period.from().toEpochMilli();
    for (Change change : changes) {
      spend(now, change.at());
      now = change.at();
      change.effect().run();
    }
    spend(now, period.to().toEpochMilli());
    return new HostUsage(
        host,
        SlotTime.ofMillis(millis),
        mostAtOnce,
        Instant.ofEpochMilli(mostAt).truncatedTo(ChronoUnit.MINUTES),
        mostSlots,
        Duration.ofMillis(unseen));
  }

  private void spend(long from, long to) {
    long length = to - from;
    if (length == 0) {
      return;
    }
    if (gap || spans == 0) {
      unseen += length;
    }
    if (gap) {
      add(SlotUse.UNRECORDED, length * Math.max(slots, instances));
      return;
    }
    if (instances > mostAtOnce) {
      mostAtOnce = instances;
      mostAt = from;
    }
    occupied.forEach((use, count) -> add(use, length * count));
    add(whenEmpty, length * Math.max(0, slots - instances));
  }

  private void add(SlotUse use, long time) {
    if (time > 0) {
      millis.merge(use, time, Long::sum);
    }
  }
}
