package io.macpool.sandbox.endurance;

import io.macpool.sandbox.endurance.Reading.Measure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Whether processes of a role use more the older they are. The slope is Theil's and Sen's: the
 * median of the slopes between any two readings of one process, so that no single reading, and no
 * difference between processes, moves it. It counts if Kendall's test finds it beyond chance, and
 * if it is more in an hour than a twentieth of what is used.
 *
 * @param typical the median of what was used
 * @param perHour the slope
 * @param readings how many it rests on
 */
public record Growth(
    String role, Measure measure, double typical, double perHour, int readings, Verdict verdict) {

  /** What the readings say. */
  public enum Verdict {
    STEADY,
    GROWS,
    /** Too few readings, or none of a process that is old enough. */
    UNKNOWN
  }

  /** Until then a process loads classes, fills its pools and compiles. */
  private static final Duration WARM = Duration.ofMinutes(5);

  private static final Duration OLD_ENOUGH = Duration.ofMinutes(25);
  private static final int ENOUGH = 8;

  /** In standard deviations: one test in some ten thousand of steady processes says otherwise. */
  private static final double BEYOND_CHANCE = 3.7;

  private static final double SHARE = 0.05;
  private static final double SECONDS_AN_HOUR = 3600;

  private record Point(double hours, double value) {}

  /** Judges each measure of each role that there is a reading of, in the order of their names. */
  public static List<Growth> judge(List<Reading> readings) {
    List<Growth> all = new ArrayList<>();
    for (String role : readings.stream().map(Reading::role).distinct().sorted().toList()) {
      for (Measure measure : Measure.values()) {
        List<Reading> known =
            readings.stream()
                .filter(r -> r.role().equals(role) && r.used().containsKey(measure))
                .filter(r -> r.age().compareTo(WARM) >= 0)
                .toList();
        if (!known.isEmpty()) {
          all.add(judge(role, measure, known));
        }
      }
    }
    return all;
  }

  private static Growth judge(String role, Measure measure, List<Reading> readings) {
    List<List<Point>> processes =
        List.copyOf(
            readings.stream()
                .collect(
                    Collectors.groupingBy(
                        Reading::process,
                        Collectors.mapping(r -> point(r, measure), Collectors.toList())))
                .values());
    double[] slopes = processes.stream().flatMapToDouble(Growth::slopes).toArray();
    double typical =
        median(readings.stream().mapToDouble(r -> point(r, measure).value()).toArray());
    double slope = slopes.length == 0 ? 0 : median(slopes);
    boolean enough =
        readings.size() >= ENOUGH
            && readings.stream().anyMatch(r -> r.age().compareTo(OLD_ENOUGH) >= 0);
    boolean grows =
        slope > Math.max(SHARE * typical, measure.least()) && kendall(processes) > BEYOND_CHANCE;
    return new Growth(
        role,
        measure,
        typical,
        slope,
        readings.size(),
        grows ? Verdict.GROWS : enough ? Verdict.STEADY : Verdict.UNKNOWN);
  }

  private static Point point(Reading reading, Measure measure) {
    return new Point(
        reading.age().toMillis() / 1000.0 / SECONDS_AN_HOUR,
        Objects.requireNonNull(reading.used().get(measure), "it was read"));
  }

  private static java.util.stream.DoubleStream slopes(List<Point> points) {
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      for (int j = i + 1; j < points.size(); j++) {
        double hours = points.get(j).hours() - points.get(i).hours();
        if (hours != 0) {
          slopes.add((points.get(j).value() - points.get(i).value()) / hours);
        }
      }
    }
    return slopes.stream().mapToDouble(Double::doubleValue);
  }

  /** Kendall's S over its standard deviation, of all processes together. */
  private static double kendall(List<List<Point>> processes) {
    double s = 0;
    double variance = 0;
    for (List<Point> points : processes) {
      int n = points.size();
      variance += n * (n - 1.0) * (2 * n + 5) / 18;
      s += slopes(points).map(Math::signum).sum();
    }
    return variance == 0 ? 0 : s / Math.sqrt(variance);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** A line for a person. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%-16s %-8s %8.1f, %+.2f an hour (%d readings): %s",
        role,
        measure.text(),
        typical,
        perHour,
        readings,
        switch (verdict) {
          case STEADY -> "steady";
          case GROWS -> "GROWS";
          case UNKNOWN -> "too few to tell";
        });
  }
}
