package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import io.macpool.cli.config.Broker;
import io.macpool.cli.screen.LiveView;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code macpool top}. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows Macs, their slots and who runs there, until Ctrl-C. Without a terminal: a line"
          + " whenever it has changed.",
      ""
    },
    footer = {
      "",
      "A slot is # used, w warm, . free, - not to be had.",
      "",
      "Examples:",
      "  macpool top",
      "  macpool top --every 10s --context production",
      "  macpool top >>pool.log"
    })
public final class TopCommand implements Callable<Integer> {

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      defaultValue = "2s",
      description = "How often to look (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Duration every;

  @Mixin private Broker broker;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (every.compareTo(Duration.ofMillis(100)) < 0) {
      throw new IllegalArgumentException(
          "--every is 100ms or more: the broker has others to serve");
    }
    Clock clock = Clock.systemUTC();
    try (Broker pool = broker) {
      BrokerClient client = pool.client();
      boolean page = pool.screen().terminal();
      new LiveView(spec.commandLine().getOut(), spec.commandLine().getErr(), pool::screen, every)
          .run(
              () -> {
                TopText text = look(client);
                return page ? text.page(pool.toString(), clock.instant()) : text.line();
              });
      return 0;
    }
  }

  private static TopText look(BrokerClient client) {
    // All three at once, so that they fit together as well as can be.
    var capacity = client.capacity().thenApply(CapacityCommand::known);
    var hosts = client.hosts();
    var instances = client.list();
    CompletableFuture.allOf(capacity, hosts, instances).join();
    return new TopText(capacity.join(), hosts.join(), instances.join());
  }
}
