package io.macpool.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code macpool cordon}. */
@Command(
    name = "cordon",
    mixinStandardHelpOptions = true,
    description =
        "Gives a Mac no new instance. What runs there runs on, and what waits warm stays.")
final class CordonCommand implements Callable<Integer> {

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
      pool.client().cordon(host, false, reason).join();
      return 0;
    }
  }
}
