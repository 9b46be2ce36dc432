package io.macpool.cli;

import io.macpool.broker.Instance;
import io.macpool.broker.NewInstance;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code macpool create}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Makes an instance, which stays until it is deleted or expires, and prints its id.",
      ""
    },
    footer = {"", "Example:", "  id=$(macpool create macos-15) && macpool ssh $id"})
final class CreateCommand implements Callable<Integer> {

  @Mixin private Broker broker;
  @Mixin private Wanted wanted;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (Broker pool = broker) {
      NewInstance order = wanted.order();
      Instance made = pool.client().create(order, UUID.randomUUID().toString()).join();
      spec.commandLine().getOut().println(made.id());
      return 0;
    }
  }
}
