package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.CommandLineTool;
import io.macpool.sandbox.Progress;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code src/benchmarks/broker-soak}: exit status 0 if every promise was kept, 1 if one was broken,
 * 2 for unusable options.
 */
@Command(
    name = "src/benchmarks/broker-soak",
    mixinStandardHelpOptions = true,
    version = "macpool broker-soak",
    sortOptions = false,
    description = {
      "Runs two replicas of the VM broker on one PostgreSQL with a standby and on a simulated"
          + " vCenter, lets clients work and things go wrong, and judges from outside: by what the"
          + " hosts held, what clients were told and what the ledger has at the end.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  src/benchmarks/broker-soak --minutes 30 --seed 7",
      "  src/benchmarks/broker-soak --minutes 2 --mishaps replica-killed,folder-changed --seed 7"
    })
public final class BrokerSoakMain implements Callable<Integer> {

  @Mixin private BrokerSoakOptions options;

  private final PrintStream out;

  private BrokerSoakMain(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(CommandLineTool.execute("broker-soak", new BrokerSoakMain(out), arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<String> problems = options.problems();
    if (!problems.isEmpty()) {
      problems.forEach(problem -> System.err.println("broker-soak: " + problem));
      return 2;
    }
    Progress progress = CommandLineTool.progress(out);
    return CommandLineTool.endedBySignals(
        "broker-soak", progress, () -> new BrokerSoak(options, progress, out).run());
  }
}
