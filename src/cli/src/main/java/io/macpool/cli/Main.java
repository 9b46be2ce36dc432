package io.macpool.cli;

import io.macpool.broker.BrokerException;
import io.macpool.core.GoDuration;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.TypeConversionException;

/** {@code macpool}: exit status 0, 1 if the pool would not or could not, 2 for unusable options. */
@Command(
    name = "macpool",
    mixinStandardHelpOptions = true,
    version = "macpool",
    sortOptions = false,
    description = {"Looks at a pool of Macs, runs commands on them, takes them out of use.", ""},
    subcommands = {
      RunCommand.class,
      InstancesCommand.class,
      HostsCommand.class,
      ImagesCommand.class,
      CapacityCommand.class,
      CreateCommand.class,
      DeleteCommand.class,
      SshCommand.class,
      CordonCommand.class,
      DrainCommand.class,
      UncordonCommand.class
    },
    footer = {
      "",
      "The broker is named by MACPOOL_URL, its token by MACPOOL_TOKEN.",
      "",
      "Examples:",
      "  export MACPOOL_URL=https://jupiter-brain.example.com MACPOOL_TOKEN=…",
      "  macpool run macos-15 -- sw_vers",
      "  macpool hosts",
      "  macpool drain mac-0007 --reason 'fan is loud'"
    })
public final class Main {

  private static final int FAILED = 1;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs one command; prints to the process's own streams. */
  static int execute(String... arguments) {
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Duration.class, Main::duration)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              say(line.getErr(), cause(e));
              return FAILED;
            });
  }

  /** Durations as everywhere else in macpool: {@code 90s}, {@code 30m}. */
  private static Duration duration(String text) {
    try {
      return GoDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** What our own executions throw is told in words, anything else whole. */
  static void say(PrintWriter err, Throwable failure) {
    boolean known =
        failure instanceof BrokerException
            || failure instanceof IllegalArgumentException
            || failure instanceof PoolException;
    err.println("macpool: " + (known ? failure.getMessage() : failure));
  }

  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
