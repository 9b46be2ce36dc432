package io.macpool.console.history;

import io.macpool.core.usage.WaitHistogram;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Jobs of one queue in one period.
 *
 * @param waits of those that were received
 * @param outcomes how many ended in each state
 */
public record Work(WaitHistogram waits, Map<String, Long> outcomes) {

  public Work {
    outcomes = Map.copyOf(outcomes);
  }

  public static Work none() {
    return new Work(WaitHistogram.none(), Map.of());
  }

  public Work waited(Duration wait) {
    return new Work(waits.plus(wait), outcomes);
  }

  public Work ended(String state) {
    return new Work(waits, added(Map.of(state, 1L)));
  }

  public Work plus(Work other) {
    return new Work(waits.plus(other.waits), added(other.outcomes));
  }

  private Map<String, Long> added(Map<String, Long> more) {
    Map<String, Long> sum = new TreeMap<>(outcomes);
    more.forEach((state, count) -> sum.merge(state, count, Long::sum));
    return sum;
  }

  String outcomesText() {
    return new TreeMap<>(outcomes)
        .entrySet().stream()
            .map(each -> each.getValue() + " " + each.getKey())
            .collect(Collectors.joining("\n"));
  }

  static Map<String, Long> outcomes(String text) {
    return text.lines()
        .collect(
            Collectors.toMap(
                line -> line.substring(line.indexOf(' ') + 1),
                line -> Long.valueOf(line.substring(0, line.indexOf(' ')))));
  }
}
