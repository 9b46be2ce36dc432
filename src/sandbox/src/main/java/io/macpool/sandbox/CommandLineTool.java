package io.macpool.sandbox;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** What the programs of this module have in common: options, errors, signals, a terminal or not. */
public final class CommandLineTool {

  /** The exit status that a shell reports of a program ended by Ctrl-C. */
  private static final int INTERRUPTED = 130;

  private static final long ORDERLY_END_SECONDS = 60;

  private CommandLineTool() {}

  /** Parses the arguments and runs the command; the exit status. */
  public static int execute(String name, Callable<Integer> command, String... arguments) {
    return new CommandLine(command)
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              line.getErr().println(name + ": " + (e.getMessage() == null ? e : e.getMessage()));
              return 1;
            })
        .execute(arguments);
  }

  /** Java can't tell a terminal from a pipe on every version; the script that starts us can. */
  public static Progress progress(PrintStream out) {
    return new Progress(out, "1".equals(System.getenv("SANDBOX_TERMINAL")));
  }

  /** Runs until done or until a signal interrupts it, whose end waits for an orderly one. */
  public static int endedBySignals(String name, Progress progress, Callable<Integer> body)
      throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    Thread runner = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  runner.interrupt();
                  awaitQuietly(name, closed);
                },
                "shutdown"));
    try {
      return body.call();
    } catch (InterruptedException e) {
      progress.end();
      return INTERRUPTED;
    } finally {
      closed.countDown();
    }
  }

  /** The virtual machine goes when its hooks return: everything has to be closed before. */
  private static void awaitQuietly(String name, CountDownLatch closed) {
    try {
      if (!closed.await(ORDERLY_END_SECONDS, TimeUnit.SECONDS)) {
        System.err.println(name + ": gave up waiting for an orderly end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
