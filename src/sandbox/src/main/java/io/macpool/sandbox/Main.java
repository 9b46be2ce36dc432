package io.macpool.sandbox;

import io.macpool.service.Logs;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ./sandbox}: exit status 0 if all went as expected, 1 if not, 2 for unusable options. */
@Command(
    name = "sandbox",
    mixinStandardHelpOptions = true,
    version = "macpool sandbox",
    sortOptions = false,
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
      "  ./sandbox --payload my-job.json",
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
    int status =
        new CommandLine(new Main(out))
            .setUsageHelpAutoWidth(true)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Main::explain)
            .execute(arguments);
    // The services' libraries leave daemon threads only, but a hung one must not keep us here.
    System.exit(status);
  }

  private static int explain(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    command.getErr().println("sandbox: " + (e.getMessage() == null ? e : e.getMessage()));
    return 1;
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
    // Java can't tell a terminal from a pipe on every version; the script that starts us can.
    Progress progress = new Progress(out, "1".equals(System.getenv("SANDBOX_TERMINAL")));
    CountDownLatch closed = new CountDownLatch(1);
    Thread runner = Thread.currentThread();
    Thread hook =
        new Thread(
            () -> {
              runner.interrupt();
              awaitQuietly(closed);
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try (Sandbox sandbox = Sandbox.start(options, progress)) {
      return new Run(sandbox, options, progress, out).untilDone();
    } catch (InterruptedException e) {
      progress.end();
      return 130; // as a shell reports a program ended by Ctrl-C
    } finally {
      closed.countDown();
    }
  }

  /** The virtual machine goes when its hooks return: everything has to be closed before. */
  private static void awaitQuietly(CountDownLatch closed) {
    try {
      if (!closed.await(60, java.util.concurrent.TimeUnit.SECONDS)) {
        System.err.println("sandbox: gave up waiting for an orderly end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
