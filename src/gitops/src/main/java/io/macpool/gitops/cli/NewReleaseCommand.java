package io.macpool.gitops.cli;

import io.macpool.gitops.change.NewRelease;
import io.macpool.gitops.change.TreeChange;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops new-release}. */
@Command(
    name = "new-release",
    mixinStandardHelpOptions = true,
    description =
        "Writes a further release of a chart, like one that the environment has, and lists it."
            + " Refuses to write what would not pass the check.")
final class NewReleaseCommand implements Callable<Integer> {

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ENV", description = "The environment's directory.")
  private String environment;

  @Parameters(index = "1", paramLabel = "CHART", description = "The chart's directory.")
  private String chart;

  @Parameters(index = "2", paramLabel = "NAME", description = "The new release, such as worker-x.")
  private String name;

  @Option(
      names = "--like",
      paramLabel = "RELEASE",
      description = "The release to copy; default: the first of that chart here.")
  private @Nullable String like;

  @Option(
      names = "--set",
      paramLabel = "PATH=VALUE",
      description = "A value of the copy to replace, such as cluster.maxJobs=20. Repeatable.")
  private Map<String, String> values = new LinkedHashMap<>();

  @Option(names = "--dry-run", description = "Print the new file, and write nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    DeployTree tree = parent.readTree();
    Environment chosen = Choices.environment(tree, environment);
    TreeChange change = NewRelease.plan(tree, chosen, likeness(chosen), name, values);
    Path path = likeness(chosen).file().path().resolveSibling(name + ".yaml");
    SourceFile made = Objects.requireNonNull(change.files().get(path), "the plan has the new file");
    spec.commandLine().getOut().print(made.text());
    return CheckedWrite.checkAndWrite(spec, change, dryRun);
  }

  private Release likeness(Environment chosen) {
    if (like != null) {
      Release copied = Choices.release(chosen, like);
      if (!copied.chart().equals(chart)) {
        throw new TreeException(like + " is a release of " + copied.chart() + ", not of " + chart);
      }
      return copied;
    }
    return chosen.releases().stream()
        .filter(release -> release.chart().equals(chart))
        .findFirst()
        .orElseThrow(
            () ->
                new TreeException(
                    environment + " has no release of " + chart + " to copy: name one by --like"));
  }
}
