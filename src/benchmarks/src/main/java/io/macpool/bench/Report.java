package io.macpool.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Takes the figures of a run and prints each as a line of one table, at once. */
public final class Report {

  private final PrintStream out;
  private final PrintStream progress;
  private final List<Measurement> measurements = new ArrayList<>();

  /**
   * A report whose table goes to {@code out}, and what is being done meanwhile to {@code progress}.
   */
  public Report(PrintStream out, PrintStream progress) {
    this.out = out;
    this.progress = progress;
  }

  synchronized void begin() {
    line("name", "value", "unit", "baseline", "ratio", "goal", "met", "baseline is");
  }

  /** Adds a figure. */
  public synchronized void add(Measurement measurement) {
    measurements.add(measurement);
    line(
        measurement.name(),
        Measurement.number(measurement.value()),
        measurement.unit(),
        measurement.baseline().map(b -> Measurement.number(b.value())).orElse("-"),
        measurement.ratio().isPresent()
            ? Measurement.number(measurement.ratio().getAsDouble()) + "x"
            : "-",
        measurement.goal().map(Object::toString).orElse("-"),
        measurement.met().map(met -> met ? "yes" : "NO").orElse("-"),
        measurement.baseline().map(Measurement.Baseline::what).orElse(""));
  }

  /** Tells a person what is being done now. */
  public synchronized void progress(String what) {
    progress.println("benchmarks: " + what);
  }

  synchronized List<Measurement> measurements() {
    return List.copyOf(measurements);
  }

  private void line(Object... cells) {
    String row = String.format(Locale.ROOT, "%-38s %12s %-7s %12s %10s %12s  %-3s  %s", cells);
    out.println(row.stripTrailing());
  }
}
