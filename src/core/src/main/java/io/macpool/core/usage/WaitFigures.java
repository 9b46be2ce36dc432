package io.macpool.core.usage;

import java.time.Duration;
import java.util.List;

/** How long many waited, by nearest rank; all zero if nobody did. */
public record WaitFigures(int count, Duration p50, Duration p90, Duration p99) {

  public static WaitFigures of(List<Duration> waits) {
    List<Duration> sorted = waits.stream().sorted().toList();
    return new WaitFigures(sorted.size(), rank(sorted, 0.5), rank(sorted, 0.9), rank(sorted, 0.99));
  }

  private static Duration rank(List<Duration> sorted, double part) {
    return sorted.isEmpty() ? Duration.ZERO : sorted.get((int) Math.ceil(part * sorted.size()) - 1);
  }
}
