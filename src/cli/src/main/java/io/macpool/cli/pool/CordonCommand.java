package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code macpool cordon}. */
@Command(
    name = "cordon",
    mixinStandardHelpOptions = true,
    description = {
      "Gives a Mac no new instance. What runs there runs on, and what waits warm stays.",
      ""
    },
    footer = {"", "Example:", "  macpool cordon mac-0007 --reason 'new disk at noon'"})
public class CordonCommand extends HostCommand {

  private final boolean draining;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description = "Why, for whoever looks at macpool hosts.")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private String reason;

  public CordonCommand() {
    this(false);
  }

  CordonCommand(boolean draining) {
    this.draining = draining;
  }

  @Override
  CompletableFuture<Void> ask(BrokerClient client, String host) {
    return client.cordon(host, draining, reason);
  }
}
