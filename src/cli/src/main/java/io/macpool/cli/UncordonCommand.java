package io.macpool.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code macpool uncordon}. */
@Command(
    name = "uncordon",
    mixinStandardHelpOptions = true,
    description = "Takes a Mac that was cordoned or drained into use again.")
final class UncordonCommand implements Callable<Integer> {

  @Mixin private Broker broker;

  @Parameters(paramLabel = "HOST", description = "Its name, or the first part of it.")
  private String host;

  @Override
  public Integer call() {
    try (Broker pool = broker) {
      pool.client().uncordon(host).join();
      return 0;
    }
  }
}
