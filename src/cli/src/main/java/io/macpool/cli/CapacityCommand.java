package io.macpool.cli;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.Slots;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code macpool capacity}. */
@Command(
    name = "capacity",
    mixinStandardHelpOptions = true,
    description = "Shows the pool's slots as a whole, and what is wrong with it.")
final class CapacityCommand extends Look<Capacity> {

  @Override
  CompletableFuture<List<Capacity>> ask(BrokerClient client) {
    return client
        .capacity()
        .thenApply(
            capacity ->
                List.of(
                    capacity.orElseThrow(
                        () -> new PoolException("this broker does not tell its capacity"))));
  }

  @Override
  String text(List<Capacity> found) {
    Table table = new Table("SLOTS", "USED", "OF THEM PENDING", "WARM", "FREE");
    StringBuilder warnings = new StringBuilder();
    for (Capacity each : found) {
      Slots slots = each.slots();
      table.row(slots.total(), slots.used(), slots.pending(), slots.warm(), slots.free());
      if (each.warnings() != null) {
        each.warnings().forEach(text -> warnings.append("! ").append(text).append("\n"));
      }
    }
    return table.toString() + warnings;
  }
}
