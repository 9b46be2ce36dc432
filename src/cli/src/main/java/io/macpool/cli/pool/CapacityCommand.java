package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.HostSlots;
import io.macpool.broker.Capacity.ImageSlots;
import io.macpool.broker.Capacity.Slots;
import io.macpool.cli.instance.WaitingLine;
import io.macpool.cli.screen.PoolException;
import io.macpool.cli.screen.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code macpool capacity}. */
@Command(
    name = "capacity",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the pool's slots as a whole, what is wrong with it, and who holds how much of it,"
          + " and who waits.",
      ""
    },
    footer = {"", "Examples:", "  macpool capacity", "  macpool capacity -o wide"})
public final class CapacityCommand extends ListCommand<Capacity> {

  private volatile Map<String, Integer> owners = Map.of();

  @Override
  CompletableFuture<List<Capacity>> ask(BrokerClient client) {
    return client
        .capacity()
        .thenApply(CapacityCommand::known)
        .thenCombine(
            client.list(),
            (capacity, instances) -> {
              owners = Owners.holding(instances);
              return List.of(capacity);
            });
  }

  /**
   * What the broker answered.
   *
   * @throws PoolException if it has no answer
   */
  static Capacity known(Optional<Capacity> answer) {
    return answer.orElseThrow(() -> new PoolException("this broker does not tell its capacity"));
  }

  @Override
  String text(List<Capacity> found, boolean wide) {
    StringBuilder text = new StringBuilder();
    for (Capacity each : found) {
      text.append(slots(each));
      if (wide) {
        text.append(System.lineSeparator()).append(images(each));
        text.append(System.lineSeparator()).append(hosts(each));
      }
    }
    Optional<WaitingLine> line = found.stream().findFirst().flatMap(WaitingLine::of);
    Set<String> names = new TreeSet<>(owners.keySet());
    line.ifPresent(waits -> names.addAll(waits.owners().keySet()));
    if (!names.isEmpty()) {
      Table table = new Table("OWNER", "INSTANCES", "WAITING");
      for (String name : names) {
        table.row(
            name,
            owners.getOrDefault(name, 0),
            line.map(waits -> waits.owners().getOrDefault(name, 0)).orElse(null));
      }
      text.append(System.lineSeparator()).append(table);
    }
    return text.toString();
  }

  /** The slots and all warnings. */
  static String slots(Capacity capacity) {
    Table table = new Table("SLOTS", "USED", "OF THEM PENDING", "WARM", "FREE");
    Slots slots = capacity.slots();
    table.row(slots.total(), slots.used(), slots.pending(), slots.warm(), slots.free());
    StringBuilder text = new StringBuilder(table.toString());
    if (capacity.warnings() != null) {
      capacity
          .warnings()
          .forEach(warning -> text.append("! ").append(warning).append(System.lineSeparator()));
    }
    return text.toString();
  }

  private static Table images(Capacity capacity) {
    Table table = new Table("IMAGE", "USED", "WARM");
    for (ImageSlots each : Optional.ofNullable(capacity.byImage()).orElse(List.of())) {
      table.row(each.image(), each.used(), each.warm());
    }
    return table;
  }

  private static Table hosts(Capacity capacity) {
    Table table = new Table("HOST", "STATE", "SLOTS", "USED", "WARM", "FREE", "REASON");
    for (HostSlots each : Optional.ofNullable(capacity.byHost()).orElse(List.of())) {
      table.row(
          each.host(),
          each.state(),
          each.total(),
          each.used(),
          each.warm(),
          each.free(),
          each.reason());
    }
    return table;
  }
}
