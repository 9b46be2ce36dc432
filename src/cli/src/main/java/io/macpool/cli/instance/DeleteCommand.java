package io.macpool.cli.instance;

import io.macpool.cli.config.Broker;
import io.macpool.cli.screen.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code macpool delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = {
      "Destroys instances, with whatever runs in them. Takes whole ids only; one that is gone"
          + " already is fine.",
      ""
    },
    footer = {"", "Example:", "  macpool delete 1b7e0d3c-1c3d-4b55-9d6c-0a1b2c3d4e5f"})
public final class DeleteCommand implements Callable<Integer> {

  @Mixin private Broker broker;
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "ID", description = "Instances.")
  private List<String> ids = new ArrayList<>();

  @Override
  public Integer call() {
    try (Broker pool = broker) {
      int failed = 0;
      for (String id : ids) {
        try {
          pool.client().delete(id).join();
        } catch (CompletionException e) {
          Failures.say(spec.commandLine().getErr(), Failures.cause(e));
          failed++;
        }
      }
      return failed == 0 ? 0 : 1;
    }
  }
}
