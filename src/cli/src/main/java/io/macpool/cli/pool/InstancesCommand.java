package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.Instance;
import io.macpool.cli.screen.Table;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Endpoint;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code macpool instances}. */
@Command(
    name = "instances",
    mixinStandardHelpOptions = true,
    description = {"Lists the VMs that the broker knows, those that wait warm among them.", ""},
    footer = {
      "",
      "Examples:",
      "  macpool instances -w",
      "  macpool instances -o json | jq -r '.data[].id'"
    })
public final class InstancesCommand extends ListCommand<Instance> {

  @Override
  CompletableFuture<List<Instance>> ask(BrokerClient client) {
    return client.list();
  }

  @Override
  String text(List<Instance> found, boolean wide) {
    Table table =
        new Table("ID", "IMAGE", "HOST", "PHASE", "STATE", "OWNER", "AGE", "ADDRESS")
            .wide(wide, "CREATED", "EXPIRES");
    for (Instance each : found) {
      boolean warm = Boolean.TRUE.equals(each.warm());
      table.row(
          each.id(),
          each.baseImage(),
          each.host(),
          each.phase(),
          each.state(),
          warm ? "(warm)" : each.owner(),
          each.age() == null ? null : GoDuration.format(each.age().truncatedTo(ChronoUnit.SECONDS)),
          each.dialable().stream().map(Endpoint::toString).collect(Collectors.joining(",")),
          each.createdAt(),
          each.expiresAt());
    }
    return table.toString();
  }
}
