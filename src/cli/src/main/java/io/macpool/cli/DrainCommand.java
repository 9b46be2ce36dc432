package io.macpool.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code macpool drain}. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description =
        "Gives a Mac no new instance, and destroys what waits warm there. What runs there runs on: macpool hosts shows when it is empty.")
final class DrainCommand implements Callable<Integer> {

  @Mixin private Broker broker;

  @Parameters(paramLabel = "HOST", description = "Its name, or the first part of it.")
  private String host;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description = "Why, for whoever looks at macpool hosts.")
  private String reason;

  @Override
  public Integer call() {
    try (Broker pool = broker) {
      pool.client().cordon(host, true, reason).join();
      return 0;
    }
  }
}
