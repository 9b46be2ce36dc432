package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.macpool.cli.screen.PoolException;
import io.macpool.cli.screen.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code macpool drain}. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = {
      "Gives a Mac no new instance, and destroys what waits warm there. What runs there runs on:"
          + " macpool hosts shows when it is empty. Takes whole names and ids only.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  macpool drain mac-0007.example.com --reason 'fan is loud' --dry-run",
      "  macpool drain mac-0007.example.com --reason 'fan is loud'"
    })
public final class DrainCommand extends CordonCommand {

  @Option(
      names = "--dry-run",
      description = "Change nothing: say what would be destroyed, and what would run on.")
  private boolean dryRun;

  @Spec private CommandSpec spec;

  public DrainCommand() {
    super(true);
  }

  /** The broker would take the first part of a name: too little for what destroys. */
  @Override
  CompletableFuture<Void> ask(BrokerClient client, String name) {
    return client
        .hosts()
        .thenCompose(
            hosts -> {
              HostInfo host = named(hosts, name);
              return dryRun
                  ? client.list().thenAccept(instances -> tell(host, instances))
                  : super.ask(client, host.name());
            });
  }

  private static HostInfo named(List<HostInfo> hosts, String name) {
    return hosts.stream()
        .filter(host -> host.name().equals(name) || host.id().equals(name))
        .findFirst()
        .orElseThrow(
            () -> {
              String meant =
                  hosts.stream()
                      .map(HostInfo::name)
                      .filter(each -> each.startsWith(name))
                      .limit(5)
                      .collect(Collectors.joining(", "));
              return new PoolException(
                  "no host has the name %s: %s"
                      .formatted(
                          name,
                          meant.isEmpty()
                              ? "macpool hosts lists them"
                              : "give all of it, as in " + meant));
            });
  }

  private void tell(HostInfo host, List<Instance> instances) {
    List<Instance> here =
        instances.stream().filter(each -> host.name().equals(each.host())).toList();
    long warm = here.stream().filter(DrainCommand::isWarm).count();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "would take %s out of use (it is %s now): no new instance there until macpool uncordon %s%n",
        host.name(), host.state(), host.name());
    out.printf("would destroy %d that wait warm; %d run on%n", warm, here.size() - warm);
    if (!here.isEmpty()) {
      Table table = new Table("ID", "OWNER", "WHAT", "AT THE LATEST UNTIL");
      here.forEach(
          each ->
              table.row(
                  each.id(),
                  isWarm(each) ? "(warm)" : each.owner(),
                  isWarm(each) ? "destroyed" : "runs on",
                  isWarm(each) ? null : each.expiresAt()));
      out.print(table);
    }
    out.flush();
  }

  private static boolean isWarm(Instance instance) {
    return Boolean.TRUE.equals(instance.warm());
  }
}
