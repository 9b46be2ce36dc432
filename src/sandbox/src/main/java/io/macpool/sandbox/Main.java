package io.macpool.sandbox;

import io.macpool.service.Logs;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ./sandbox}: exit status 0 if all went as expected, 1 if not, 2 for unusable options. */
@Command(
    name = "sandbox",
    mixinStandardHelpOptions = true,
    version = "macpool sandbox",
    sortOptions = false,
    subcommands = {Submit.class, ShellVariables.class},
    description = {
      "The whole of macpool on this machine: the real broker, operator and workers on simulated"
          + " peers.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./sandbox --jobs 20",
      "  ./sandbox --jobs 200 --hosts 20",
      "  ./sandbox --jobs 40 --chaos all --seed 7",
      "  ./sandbox --jobs 20 --chaos hosts   hosts that need a reboot, and the broker's repairs",
      "  ./sandbox --jobs 20 --pools intel=vsphere:2,arm=tart:2   Macs with tart, too",
      "  ./sandbox --jobs 20 --pools arm=tart:2   Macs with tart alone, and no vCenter",
      "  ./sandbox --migrate             vCenter's hosts are drained, Macs with tart take over",
      "  ./sandbox --payload my-job.json",
      "  ./sandbox                       stay up; then, in another terminal:",
      "  ./sandbox submit my-job.json",
      "  eval \"$(./sandbox env)\"        macpool of this shell uses it: src/cli/macpool hosts",
      "  ./sandbox --info info.json      stay up; where everything is, as JSON"
    })
final class Main implements Callable<Integer> {

  @Mixin private SandboxOptions options;

  private final PrintStream out;

  private Main(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    // The services' libraries leave daemon threads only, but a hung one must not keep us here.
    System.exit(CommandLineTool.execute("sandbox", new Main(out), arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<String> problems = options.problems();
    if (!problems.isEmpty()) {
      problems.forEach(problem -> System.err.println("sandbox: " + problem));
      return 2;
    }
    if (options.logs) {
      Logs.configure(Logs.Format.PLAIN, false);
    } else {
      Logs.silence();
    }
    PodLog.keepAll();
    Progress progress = CommandLineTool.progress(out);
    return CommandLineTool.endedBySignals("sandbox", progress, () -> run(progress));
  }

  private int run(Progress progress) throws Exception {
    try (Sandbox sandbox = Sandbox.start(options, progress)) {
      return new Run(sandbox, options, progress, out).untilDone();
    }
  }
}
