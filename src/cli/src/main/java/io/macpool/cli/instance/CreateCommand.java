package io.macpool.cli.instance;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.Instance;
import io.macpool.broker.NewInstance;
import io.macpool.cli.config.Broker;
import java.io.PrintWriter;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code macpool create}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Makes an instance, which stays until it is deleted or expires, and prints its id.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  id=$(macpool create macos-15) && macpool ssh $id",
      "  macpool create macos-15 --cpus 4 --ram 8g --dry-run"
    })
public final class CreateCommand implements Callable<Integer> {

  @Mixin private Broker broker;
  @Mixin private InstanceRequest wanted;

  @Option(
      names = "--dry-run",
      description =
          "Make nothing: say what would come of it now. Exit status 1 if it would be refused.")
  private boolean dryRun;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (Broker pool = broker) {
      NewInstance order = wanted.order();
      PrintWriter out = spec.commandLine().getOut();
      if (dryRun) {
        CreateForecast forecast = forecast(pool.client(), order);
        forecast.lines().forEach(out::println);
        out.flush();
        return forecast.possible() ? 0 : 1;
      }
      Instance made = pool.client().create(order, UUID.randomUUID().toString()).join();
      out.println(made.id());
      return 0;
    }
  }

  private static CreateForecast forecast(BrokerClient client, NewInstance order) {
    return client
        .images()
        .thenCombine(
            client.capacity(), (images, capacity) -> CreateForecast.of(order, images, capacity))
        .join();
  }
}
