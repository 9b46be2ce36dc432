package io.macpool.sim.peer;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Prometheus' own judge of alerting rules, {@code promtool test rules}. */
public final class Promtool {

  private static final long LIMIT_SECONDS = 60;

  /** How long the series last before the alerts are looked at: longer than any rule waits. */
  private static final String LASTING = "60m";

  private final Path program;
  private final Path rules;
  private final String text;

  /**
   * A judge of one chart's rules.
   *
   * @param program as {@link Peer#PROMTOOL} tells
   * @param rendered a chart's objects, as YAML; its PrometheusRule is the one that is judged
   * @param folder for files, the caller's to delete
   */
  public Promtool(String program, String rendered, Path folder) {
    this.program = Path.of(program);
    this.text = groups(rendered);
    this.rules = write(folder.resolve("rules.yaml"), text);
  }

  private static String groups(String rendered) {
    for (String object : rendered.split("(?m)^---$", -1)) {
      int spec = object.indexOf("\nspec:\n");
      if (object.contains("\nkind: PrometheusRule\n") && spec >= 0) {
        return object.substring(spec + "\nspec:\n".length()).replaceAll("(?m)^  ", "");
      }
    }
    throw new IllegalArgumentException("the chart renders no PrometheusRule");
  }

  /** The names of all alerts of the rules. */
  public Set<String> alerts() {
    return text.lines()
        .map(String::strip)
        .filter(line -> line.startsWith("- alert: "))
        .map(line -> line.substring("- alert: ".length()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Looks which alerts fire once the series have lasted for an hour. Those that no rule names are
   * left out.
   *
   * @return empty if those named fire and no other; else what Prometheus says
   */
  public Optional<String> complaint(List<Series> series, Set<String> alerts) {
    JsonArray input = new JsonArray();
    series.stream()
        .filter(each -> text.contains(each.name().substring(0, each.name().indexOf('{') + 1)))
        .forEach(
            each ->
                input.add(
                    new JsonObject().put("series", each.name()).put("values", each.values())));
    JsonArray expected = new JsonArray();
    alerts.stream()
        .sorted()
        .forEach(
            name ->
                expected.add(
                    new JsonObject()
                        .put("labels", "{alertname=\"" + name + "\"}")
                        .put("value", 1)));
    JsonObject firing =
        new JsonObject()
            .put("expr", "max by (alertname) (ALERTS{alertstate=\"firing\"})")
            .put("eval_time", LASTING)
            .put("exp_samples", expected);
    JsonObject test =
        new JsonObject()
            .put("interval", "1m")
            .put("input_series", input)
            .put("promql_expr_test", new JsonArray().add(firing));
    Path file =
        write(
            rules.resolveSibling("test.yaml"),
            new JsonObject()
                .put("rule_files", new JsonArray().add(rules.toString()))
                .put("evaluation_interval", "1m")
                .put("tests", new JsonArray().add(test))
                .encodePrettily());
    return run(file);
  }

  private Optional<String> run(Path file) {
    Path out = file.resolveSibling("out.txt");
    try {
      Process process =
          new ProcessBuilder(program.toString(), "test", "rules", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      try {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          throw new IOException("it did not end within " + LIMIT_SECONDS + " s");
        }
      } finally {
        process.destroyForcibly();
      }
      return process.exitValue() == 0 ? Optional.empty() : Optional.of(Files.readString(out));
    } catch (IOException e) {
      throw new UncheckedIOException("can't run " + program, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + program + " ran", e);
    }
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + file, e);
    }
  }

  /**
   * One time series, a sample a minute.
   *
   * @param name with its labels, as Prometheus writes it
   * @param values in the notation of promtool, such as {@code 1x60}
   */
  public record Series(String name, String values) {

    private static final int SAMPLES = 60;

    /** One that stays as it is. */
    public static Series steady(String name, double value) {
      return new Series(name, text(value) + "x" + SAMPLES);
    }

    /** A counter that rises by {@code step} a minute. */
    public static Series rising(String name, double from, double step) {
      return new Series(name, text(from) + "+" + text(step) + "x" + SAMPLES);
    }

    private static String text(double value) {
      return value == Math.rint(value) && Math.abs(value) < 1e15
          ? Long.toString((long) value)
          : Double.toString(value);
    }
  }
}
