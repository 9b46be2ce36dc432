package io.macpool.core.usage;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Many waits in little room: how many there were of about each length. A length is told to the
 * millisecond up to 64 ms, and above that no more than a thirty-second part too long. Immutable.
 */
public final class WaitHistogram {

  private static final int PARTS = 32;
  private static final WaitHistogram NONE = new WaitHistogram(new TreeMap<>());

  private final SortedMap<Integer, Long> counts;

  private WaitHistogram(SortedMap<Integer, Long> counts) {
    this.counts = counts;
  }

  public static WaitHistogram none() {
    return NONE;
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static WaitHistogram parse(String text) {
    TreeMap<Integer, Long> counts = new TreeMap<>();
    for (String each : text.split(",", -1)) {
      if (!each.isEmpty()) {
        int colon = each.indexOf(':');
        if (colon < 1) {
          throw new IllegalArgumentException("no count of waits: " + each);
        }
        counts.merge(
            Integer.valueOf(each.substring(0, colon)),
            Long.valueOf(each.substring(colon + 1)),
            Long::sum);
      }
    }
    return new WaitHistogram(counts);
  }

  /** As it is kept. */
  public String text() {
    return counts.entrySet().stream()
        .map(each -> each.getKey() + ":" + each.getValue())
        .collect(Collectors.joining(","));
  }

  /** With one more. */
  public WaitHistogram plus(Duration wait) {
    TreeMap<Integer, Long> more = new TreeMap<>(counts);
    more.merge(bucket(Math.max(0, wait.toMillis())), 1L, Long::sum);
    return new WaitHistogram(more);
  }

  /** With all of another. */
  public WaitHistogram plus(WaitHistogram other) {
    TreeMap<Integer, Long> more = new TreeMap<>(counts);
    other.counts.forEach((bucket, count) -> more.merge(bucket, count, Long::sum));
    return new WaitHistogram(more);
  }

  public long count() {
    return counts.values().stream().mapToLong(each -> each).sum();
  }

  /** By nearest rank, each at the end of its bucket. */
  public WaitFigures figures() {
    return new WaitFigures(Math.toIntExact(count()), rank(0.5), rank(0.9), rank(0.99));
  }

  private Duration rank(double part) {
    long rank = (long) Math.ceil(part * count());
    for (Map.Entry<Integer, Long> each : counts.entrySet()) {
      rank -= each.getValue();
      if (rank <= 0) {
        return Duration.ofMillis(end(each.getKey()));
      }
    }
    return Duration.ZERO;
  }

  /** Buckets of one up to 64; then 32 to each doubling. */
  private static int bucket(long millis) {
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(millis) - 6);
    return shift * PARTS + (int) (millis >>> shift);
  }

  private static long end(int bucket) {
    int shift = Math.max(0, bucket / PARTS - 1);
    return ((bucket - (long) shift * PARTS + 1) << shift) - 1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WaitHistogram histogram && histogram.counts.equals(counts);
  }

  @Override
  public int hashCode() {
    return counts.hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
