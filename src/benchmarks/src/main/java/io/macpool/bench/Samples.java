package io.macpool.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Durations taken by many threads. */
public final class Samples {

  private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();

  /** Adds one, in nanoseconds, as {@link System#nanoTime()} counts them. */
  public void add(long took) {
    nanos.add(took);
  }

  /** Adds all of another's. */
  public void addAll(Samples more) {
    nanos.addAll(more.nanos);
  }

  public int count() {
    return nanos.size();
  }

  /** The nearest rank; zero if nothing was taken. */
  public Duration percentile(double percent) {
    long[] sorted = nanos.stream().mapToLong(n -> n).toArray();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted.length == 0 ? Duration.ZERO : Duration.ofNanos(sorted[Math.max(0, rank - 1)]);
  }

  /** The same in milliseconds. */
  public double millis(double percent) {
    return percentile(percent).toNanos() / 1e6;
  }
}
