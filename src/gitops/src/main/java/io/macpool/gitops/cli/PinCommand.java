package io.macpool.gitops.cli;

import io.macpool.gitops.change.ChartPin;
import io.macpool.gitops.change.TreeChange;
import io.macpool.gitops.tree.DeployTree;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops pin}. */
@Command(
    name = "pin",
    mixinStandardHelpOptions = true,
    description =
        "Gives an environment its own copy of each chart that its releases take from charts/, so"
            + " that a change there reaches it by promote alone. What runs does not change.")
final class PinCommand implements Callable<Integer> {

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ENV", description = "The environment's directory.")
  private String environment;

  @Parameters(
      index = "1",
      paramLabel = "CHART",
      arity = "0..1",
      description = "One chart; default: all.")
  private @Nullable String chart;

  @Option(names = "--dry-run", description = "Say what would be written, and write nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    DeployTree tree = parent.readTree();
    TreeChange change =
        ChartPin.all(
            TreeChange.of(tree),
            Choices.environment(tree, environment),
            Optional.ofNullable(chart));
    return CheckedWrite.checkAndWrite(spec, change, dryRun);
  }
}
