package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code macpool uncordon}. */
@Command(
    name = "uncordon",
    mixinStandardHelpOptions = true,
    description = {"Takes a Mac that was cordoned or drained into use again.", ""},
    footer = {"", "Example:", "  macpool uncordon mac-0007"})
public final class UncordonCommand extends HostCommand {

  @Override
  CompletableFuture<Void> ask(BrokerClient client, String host) {
    return client.uncordon(host);
  }
}
