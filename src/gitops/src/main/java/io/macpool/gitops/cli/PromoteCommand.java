package io.macpool.gitops.cli;

import io.macpool.gitops.change.EnvironmentObjects;
import io.macpool.gitops.change.ObjectDiff;
import io.macpool.gitops.change.Promotion;
import io.macpool.gitops.git.GitRepository;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops promote}. */
@Command(
    name = "promote",
    mixinStandardHelpOptions = true,
    description =
        "Carries image and chart version of a release from one environment to another, never its"
            + " values; shows what changes. Refuses what the first has not run.")
final class PromoteCommand implements Callable<Integer> {

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RELEASE", description = "The release's name in both.")
  private String release;

  @Option(names = "--from", paramLabel = "ENV", required = true, description = "Where it has run.")
  private String from;

  @Option(names = "--to", paramLabel = "ENV", required = true, description = "Where it shall run.")
  private String to;

  @Option(
      names = "--as",
      paramLabel = "VERSION",
      description = "The released version that the image bears, when the tag there is a build's.")
  private String version;

  @Option(
      names = "--digest",
      paramLabel = "SHA256",
      description = "An earlier image, instead of the one that runs now.")
  private String digest;

  @Option(names = "--dry-run", description = "Show what would change, and write nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    DeployTree tree = parent.readTree();
    GitRepository repository = new GitRepository(tree.root());
    Promotion.Order order =
        new Promotion.Order(
            release, from, to, Optional.ofNullable(version), Optional.ofNullable(digest));
    SourceFile file = Promotion.plan(tree, repository::digestsEverIn, order);
    DeployTree changed = tree.with(to, file);
    HelmRenderer renderer = new HelmRenderer();
    Release before = Choices.release(Choices.environment(tree, to), release);
    Release after = Choices.release(Choices.environment(changed, to), release);
    PrintWriter out = spec.commandLine().getOut();
    ChangeReport.print(
        out,
        ObjectDiff.between(
            EnvironmentObjects.of(tree, before, renderer),
            EnvironmentObjects.of(changed, after, renderer)));
    return Writing.checkAndWrite(spec, changed, repository, List.of(file), dryRun);
  }
}
