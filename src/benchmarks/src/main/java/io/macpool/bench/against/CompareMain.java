package io.macpool.bench.against;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.bench.against.Comparison.Figure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Prints the ratios of two commits' figures: exit status 0 if every ratio lies in its range, 1 if
 * one is outside, 2 for unusable arguments. {@code src/benchmarks/run --against} starts it.
 */
@Command(name = "compare", description = "Holds files of figures against each other.")
final class CompareMain implements Callable<Integer> {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--ours",
      required = true,
      description = "Files of ours, with commas; one list for each round.")
  private List<String> ours = new ArrayList<>();

  @Option(names = "--theirs", required = true, description = "Files of the other commit's.")
  private List<String> theirs = new ArrayList<>();

  @Option(names = "--ranges", required = true, description = "What ratios may come to.")
  private Path ranges;

  @Option(names = "--part", description = "Names, or their first parts, that were measured.")
  private List<String> parts = new ArrayList<>();

  private final PrintStream out;

  CompareMain(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(new CommandLine(new CompareMain(out)).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    List<Figure> figures =
        Comparison.of(readAll(ours), readAll(theirs), Range.readAll(ranges)).stream()
            .filter(this::isWanted)
            .toList();
    out.printf(
        "%-32s %9s %9s %7s %16s  %-12s%n", "figure", "ours", "theirs", "ratio", "spread", "range");
    figures.forEach(this::print);
    long outside = figures.stream().filter(Figure::isOutside).count();
    out.printf("%d figures, %d outside their range%n", figures.size(), outside);
    return outside == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private void print(Figure figure) {
    List<Double> ratios = figure.ratios();
    out.printf(
        Locale.ROOT,
        "%-32s %9s %9s %7s %16s  %-12s %s%n",
        figure.name(),
        figure.ours().map(CompareMain::number).orElse("-"),
        figure.theirs().map(CompareMain::number).orElse("-"),
        figure.median().map(CompareMain::number).orElse("-"),
        ratios.isEmpty()
            ? "not in both"
            : number(ratios.get(0)) + " to " + number(ratios.get(ratios.size() - 1)),
        figure.range().map(Range::toString).orElse(""),
        figure.isOutside() ? "OUTSIDE" : "");
  }

  private static String number(double value) {
    String format = value >= 1_000 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }

  /** A range of what this run did not measure says nothing. */
  private boolean isWanted(Figure figure) {
    return parts.isEmpty()
        || !figure.ratios().isEmpty()
        || parts.stream().anyMatch(part -> figure.name().startsWith(part));
  }

  private static List<Map<String, Double>> readAll(List<String> lists) throws IOException {
    List<Map<String, Double>> rounds = new ArrayList<>();
    for (String list : lists) {
      Map<String, Double> figures = new HashMap<>();
      for (String file : list.split(",", -1)) {
        for (JsonNode figure : JSON.readTree(Path.of(file).toFile()).path("measurements")) {
          figures.put(figure.path("name").asText(), figure.path("value").asDouble());
        }
      }
      rounds.add(figures);
    }
    return rounds;
  }
}
