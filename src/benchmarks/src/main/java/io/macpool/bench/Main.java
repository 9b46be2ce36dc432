package io.macpool.bench;

import io.macpool.service.Logs;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code src/benchmarks/run}: exit status 0 if everything could be measured, whatever it came to, 1
 * if something could not, 2 for unusable arguments.
 */
@Command(
    name = "src/benchmarks/run",
    mixinStandardHelpOptions = true,
    version = "macpool benchmarks",
    sortOptions = false,
    description = {
      "Measures macpool on this machine, each figure against a baseline taken in the same run.",
      ""
    },
    footer = {
      "",
      "A goal that is not met is printed, and is no failure. Figures taken on a machine that does",
      "other work are worth little: the load before the run is printed with them.",
      "",
      "Examples:",
      "  src/benchmarks/run                   all of them, about a quarter of an hour",
      "  src/benchmarks/run broker planners   those whose names begin so",
      "  src/benchmarks/run --json run.json   for programs that compare runs",
      "  src/benchmarks/run --against COMMIT  ratios to another commit, measured in turn"
    })
final class Main implements Callable<Integer> {

  @Parameters(
      paramLabel = "NAME",
      description = "What to measure: names or their first parts; all if none is given.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--list", description = "Say what there is, and measure nothing.")
  private boolean list;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to a file.")
  private Path json;

  private final PrintStream out;
  private final PrintStream err;
  private final List<Benchmark> known;

  Main(PrintStream out, PrintStream err, List<Benchmark> known) {
    this.out = out;
    this.err = err;
    this.known = known;
  }

  public static void main(String[] arguments) {
    Logs.silence(); // what is measured must not be the terminal
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    List<Benchmark> known =
        ServiceLoader.load(Benchmark.class).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparing(Benchmark::name))
            .toList();
    int status =
        new CommandLine(new Main(out, err, known)).setUsageHelpAutoWidth(true).execute(arguments);
    // Libraries leave threads behind, which must not keep a run from ending.
    System.exit(status);
  }

  @Override
  public Integer call() throws IOException {
    List<Benchmark> chosen = known.stream().filter(this::isWanted).toList();
    for (String name : names) {
      if (chosen.stream().noneMatch(benchmark -> isNamed(benchmark, name))) {
        err.println("benchmarks: nothing is named " + name + "; --list tells what there is");
        return CommandLine.ExitCode.USAGE;
      }
    }
    if (json != null && !Files.isDirectory(json.toAbsolutePath().getParent())) {
      err.println("benchmarks: can't write " + json + ": its directory does not exist");
      return CommandLine.ExitCode.USAGE;
    }
    if (list) {
      chosen.forEach(
          benchmark -> out.println(String.format("%-24s %s", benchmark.name(), benchmark.about())));
      return CommandLine.ExitCode.OK;
    }
    return measure(chosen);
  }

  private int measure(List<Benchmark> chosen) throws IOException {
    Machine machine = Machine.here();
    Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Report report = new Report(out, err);
    out.println(began + ", " + machine);
    if (machine.isBusy()) {
      report.progress("this machine is busy, so that figures will be worse than they could be");
    }
    report.begin();
    List<String> failed = new ArrayList<>();
    for (Benchmark benchmark : chosen) {
      report.progress(benchmark.name() + ": " + benchmark.about());
      try {
        benchmark.run(report);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failed.add(benchmark.name() + ": interrupted");
        break;
      } catch (Exception e) {
        failed.add(benchmark.name() + ": " + e);
        report.progress(benchmark.name() + " could not be measured: " + e);
      }
    }
    long missed = report.measurements().stream().filter(m -> !m.met().orElse(true)).count();
    out.printf(
        "%d figures in %d s, %d short of their goal, %d benchmarks failed%n",
        report.measurements().size(),
        Duration.between(began, Instant.now()).toSeconds(),
        missed,
        failed.size());
    if (json != null) {
      JsonResult.write(json, began, machine, report.measurements());
    }
    failed.forEach(failure -> err.println("benchmarks: failed: " + failure));
    return failed.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private boolean isWanted(Benchmark benchmark) {
    return names.isEmpty() || names.stream().anyMatch(name -> isNamed(benchmark, name));
  }

  private static boolean isNamed(Benchmark benchmark, String name) {
    return benchmark.name().equals(name) || benchmark.name().startsWith(name + ".");
  }
}
