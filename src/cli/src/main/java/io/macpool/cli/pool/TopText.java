package io.macpool.cli.pool;

import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.macpool.cli.instance.WaitingLine;
import io.macpool.cli.screen.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The pool at one moment, for a person who watches it. */
record TopText(Capacity capacity, List<HostInfo> hosts, List<Instance> instances) {

  /** One page: the most important first, for a small window shows no more. */
  String page(String broker, Instant now) {
    Slots slots = capacity.slots();
    String newLine = System.lineSeparator();
    StringBuilder text = new StringBuilder();
    text.append(
        "macpool %s  %s%s"
            .formatted(broker, now.truncatedTo(ChronoUnit.SECONDS).toString(), newLine));
    text.append(
        "slots %d: %d used (%d pending), %d warm, %d free%s"
            .formatted(
                slots.total(), slots.used(), slots.pending(), slots.warm(), slots.free(), newLine));
    text.append("owners: ").append(owners(instances)).append(newLine);
    text.append("waiting: ")
        .append(WaitingLine.of(capacity).map(WaitingLine::list).orElse("unknown"))
        .append(newLine);
    Optional.ofNullable(capacity.warnings())
        .orElse(List.of())
        .forEach(warning -> text.append("! ").append(warning).append(newLine));
    Table table = new Table("HOST", "STATE", "SLOTS", "RUNS", "REASON");
    for (HostInfo host : hosts) {
      table.row(host.name(), host.state(), bar(host), runs(host), host.reason());
    }
    return text.append(newLine).append(table).toString();
  }

  /** All in one line without the time, which would make each differ from the one before. */
  String line() {
    Slots slots = capacity.slots();
    long ready = hosts.stream().filter(host -> "ready".equals(host.state())).count();
    return "slots=%d used=%d pending=%d warm=%d free=%d hosts=%d ready=%d instances=%d owners: %s waiting: %s%s"
        .formatted(
            slots.total(),
            slots.used(),
            slots.pending(),
            slots.warm(),
            slots.free(),
            hosts.size(),
            ready,
            instances.size(),
            owners(instances),
            WaitingLine.of(capacity).map(WaitingLine::list).orElse("unknown"),
            System.lineSeparator());
  }

  /** A mark for each slot: # used, w warm, . free, - not to be had. */
  private static String bar(HostInfo host) {
    int rest = Math.max(0, host.total() - host.used() - host.warm() - host.free());
    return "["
        + "#".repeat(host.used())
        + "w".repeat(host.warm())
        + ".".repeat(host.free())
        + "-".repeat(rest)
        + "]";
  }

  private String runs(HostInfo host) {
    return owners(
        instances.stream()
            .filter(each -> host.name().equals(each.host()) || host.id().equals(each.host()))
            .toList());
  }

  private static String owners(List<Instance> instances) {
    Map<String, Integer> owners = Owners.holding(instances);
    return owners.isEmpty()
        ? "-"
        : owners.entrySet().stream()
            .map(owner -> owner.getKey() + " " + owner.getValue())
            .collect(Collectors.joining(", "));
  }
}
