package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.HostInfo;
import io.macpool.cli.screen.Table;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code macpool hosts}. */
@Command(
    name = "hosts",
    mixinStandardHelpOptions = true,
    description = {"Lists the Macs: their slots, and why one is out of use.", ""},
    footer = {"", "Examples:", "  macpool hosts", "  macpool hosts -o wide --context lab"})
public final class HostsCommand extends ListCommand<HostInfo> {

  @Override
  CompletableFuture<List<HostInfo>> ask(BrokerClient client) {
    return client.hosts();
  }

  @Override
  String text(List<HostInfo> found, boolean wide) {
    Table table =
        new Table("HOST", "STATE", "SLOTS", "USED", "WARM", "FREE", "SINCE", "BY", "REASON")
            .wide(wide, "ID");
    for (HostInfo each : found) {
      table.row(
          each.name(),
          each.state(),
          each.total(),
          each.used(),
          each.warm(),
          each.free(),
          each.cordonedSince(),
          each.cordonedBy(),
          each.reason(),
          each.id());
    }
    return table.toString();
  }
}
