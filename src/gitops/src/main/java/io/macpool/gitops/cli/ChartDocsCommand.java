package io.macpool.gitops.cli;

import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.ChartReadme;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops chart-docs}. */
@Command(
    name = "chart-docs",
    mixinStandardHelpOptions = true,
    description = "Writes README.md of every chart from its values.schema.json.")
final class ChartDocsCommand implements Callable<Integer> {

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    for (Chart chart : parent.readTree().charts().values()) {
      Files.writeString(chart.directory().resolve("README.md"), ChartReadme.of(chart));
      spec.commandLine().getOut().println("wrote charts/" + chart.name() + "/README.md");
    }
    return GitopsCommand.WELL;
  }
}
