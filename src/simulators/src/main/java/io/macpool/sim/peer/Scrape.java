package io.macpool.sim.peer;

import io.macpool.sim.peer.Promtool.Series;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a service told Prometheus at one moment, as Prometheus keeps it: with the labels of its pod,
 * and with a {@code namespace} label of the service's own renamed to {@code exported_namespace}.
 *
 * @param values by name and labels; Prometheus' text format, version 0.0.4, is where they come from
 */
public record Scrape(Map<String, Double> values) {

  /** What is confirmed again and again may happen to be that much older at the second look. */
  private static final double OLDER = 3;

  private static final double SECONDS_A_MINUTE = 60;

  private static final Pattern LINE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? (\\S+)");

  /**
   * Reads an answer.
   *
   * @param metrics as {@code /metrics} answers
   * @param release whose golden file names the rules; its namespace is {@code macstadium-staging}
   */
  public static Scrape of(String metrics, String release) {
    String pod = "namespace=\"macstadium-staging\",pod=\"%s-7d4b9-x2x2x\"".formatted(release);
    Map<String, Double> values = new TreeMap<>();
    metrics
        .lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .forEach(line -> values.put(name(line, pod), Double.valueOf(line.group(3))));
    return new Scrape(values);
  }

  private static String name(Matcher line, String pod) {
    String own = line.group(2) == null ? "" : line.group(2);
    own = own.replaceAll("(^|,)namespace=", "$1exported_namespace=");
    return line.group(1) + "{" + (own.isEmpty() ? "" : own + ",") + pod + "}";
  }

  /**
   * The series if all stays like this: counters that rose since rise as much each minute, and ages
   * that rose go on with the time.
   */
  public List<Series> lastingSince(Scrape before) {
    return values.entrySet().stream()
        .filter(each -> Double.isFinite(each.getValue()))
        .map(each -> series(each.getKey(), each.getValue(), before))
        .toList();
  }

  private static Series series(String name, double value, Scrape before) {
    boolean counter = name.contains("_total{") || name.contains("_count{");
    if (name.contains("_age_seconds{") && value > before.values.getOrDefault(name, value) + OLDER) {
      return Series.rising(name, value, SECONDS_A_MINUTE);
    }
    return counter && value > before.values.getOrDefault(name, 0.0)
        ? Series.rising(name, value, value - before.values.getOrDefault(name, 0.0))
        : Series.steady(name, value);
  }
}
