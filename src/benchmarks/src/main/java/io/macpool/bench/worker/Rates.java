package io.macpool.bench.worker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How fast bytes passed in each of a few rounds, in MB/s. */
final class Rates {

  static final double MEGA = 1e6;

  private final List<Double> rates = new ArrayList<>();

  static double of(long bytes, long nanos) {
    return bytes / MEGA / (nanos / 1e9);
  }

  void add(double rate) {
    rates.add(rate);
  }

  double median() {
    List<Double> sorted = new ArrayList<>(rates);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
