package io.macpool.gitops.cli;

import io.macpool.gitops.change.EnvironmentObjects;
import io.macpool.gitops.change.ObjectDiff;
import io.macpool.gitops.git.GitRepository;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.tree.Capacity;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.TemporaryDirectory;
import io.macpool.gitops.yaml.YamlDocument;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops diff}. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description =
        "Prints what the tree as it stands would change in an environment's cluster, which runs"
            + " GIT-REF: object by object, and the capacity before and after.")
final class DiffCommand implements Callable<Integer> {

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ENV", description = "The environment's directory.")
  private String environment;

  @Parameters(index = "1", paramLabel = "GIT-REF", description = "What runs now, such as main.")
  private String reference;

  @Override
  public Integer call() {
    DeployTree now = parent.readTree();
    Environment after = Choices.environment(now, environment);
    PrintWriter out = spec.commandLine().getOut();
    HelmRenderer renderer = new HelmRenderer();
    try (TemporaryDirectory exported = TemporaryDirectory.create("gitops-diff")) {
      new GitRepository(now.root()).export(reference, exported.path());
      DeployTree old = DeployTree.read(exported.path());
      Optional<Environment> before = old.environment(environment);
      List<YamlDocument> objects =
          before.map(e -> EnvironmentObjects.of(old, e, renderer)).orElse(List.of());
      ChangeReport.print(
          out, ObjectDiff.between(objects, EnvironmentObjects.of(now, after, renderer)));
      ChangeReport.printCapacity(
          out, before.map(e -> Capacity.of(old, e)), Capacity.of(now, after));
      return GitopsCommand.WELL;
    }
  }
}
