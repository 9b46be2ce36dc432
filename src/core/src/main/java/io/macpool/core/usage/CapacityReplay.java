package io.macpool.core.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A period's load on other hardware: what came then comes again, at the same moments and for as
 * long, to so many slots, and each gets the first that is free. Who could not come in at the time
 * is not in the load, and does not come now.
 *
 * @param slots that it was replayed on
 * @param waits of all
 * @param atOnce the most that ran at once
 */
public record CapacityReplay(int slots, WaitFigures waits, int atOnce) {

  /** One that needed a slot at this moment, for so long. */
  public record Demand(Instant at, Duration length) {
    public Demand {
      if (length.isNegative()) {
        throw new IllegalArgumentException("a demand for " + length);
      }
    }
  }

  /**
   * Replays a load.
   *
   * @param load in any order
   * @param slots one or more
   */
  public static CapacityReplay of(List<Demand> load, int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("nothing can be replayed on " + slots + " slots");
    }
    List<Demand> sorted =
        load.stream()
            .sorted(Comparator.comparing(Demand::at).thenComparing(Demand::length))
            .toList();
    PriorityQueue<Instant> ends = new PriorityQueue<>();
    List<Duration> waits = new ArrayList<>(sorted.size());
    int atOnce = 0;
    for (Demand demand : sorted) {
      while (!ends.isEmpty() && !ends.peek().isAfter(demand.at())) {
        ends.poll();
      }
      Instant start = ends.size() < slots ? demand.at() : ends.poll();
      waits.add(Duration.between(demand.at(), start));
      ends.add(start.plus(demand.length()));
      atOnce = Math.max(atOnce, ends.size());
    }
    return new CapacityReplay(slots, WaitFigures.of(waits), atOnce);
  }
}
