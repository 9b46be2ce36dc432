package io.macpool.sandbox;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code src/benchmarks/soak}: exit status 0 if nothing was lost, false, leaked or overcommitted, 1
 * if something was, 2 for unusable options.
 */
@Command(
    name = "src/benchmarks/soak",
    mixinStandardHelpOptions = true,
    version = "macpool soak",
    sortOptions = false,
    description = {
      "Runs the whole system, its services as processes, with jobs flowing all the time, and tells"
          + " at the end what was lost, false, leaked or overcommitted. A soak of hours may be run"
          + " in parts.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  src/benchmarks/soak --minutes 2 --chaos --seed 7",
      "  src/benchmarks/soak --minutes 60 --chaos --hosts 8 --logs /tmp/soak",
      "  src/benchmarks/soak --hours 8 --part 100 --state /tmp/soak-8h --chaos --rabbitmq"
          + " --postgresql --seed 1"
    })
final class SoakMain implements Callable<Integer> {

  @Mixin private SoakOptions options;

  private final PrintStream out;

  private SoakMain(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(CommandLineTool.execute("soak", new SoakMain(out), arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<String> problems = options.problems();
    if (!problems.isEmpty()) {
      problems.forEach(problem -> System.err.println("soak: " + problem));
      return 2;
    }
    Progress progress = CommandLineTool.progress(out);
    return CommandLineTool.endedBySignals(
        "soak",
        progress,
        () ->
            options.inParts()
                ? SoakInParts.run(options, progress, out)
                : Soak.run(options, progress, out));
  }
}
