package io.macpool.sim.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The counters that a chart's alerts and boards look at. One that appears with its first event
 * alone hides that event from {@code rate()}.
 */
public final class ChartCounters {

  private static final Pattern COUNTER = Pattern.compile("[a-z]+(?:_[a-z]+)+_total");

  private ChartCounters() {}

  /**
   * Those that a service does not tell.
   *
   * @param chart its folder
   * @param metrics as {@code /metrics} answers
   */
  public static Set<String> missing(Path chart, String metrics) {
    Set<String> missing = all(chart);
    if (missing.isEmpty()) {
      throw new IllegalArgumentException("no counter in " + chart.toAbsolutePath());
    }
    missing.removeIf(
        name ->
            metrics.lines().anyMatch(l -> l.startsWith(name + "{") || l.startsWith(name + " ")));
    return missing;
  }

  private static Set<String> all(Path chart) {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(chart)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Matcher counter = COUNTER.matcher(Files.readString(file));
        while (counter.find()) {
          names.add(counter.group());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }
}
