package io.macpool.gitops.cli;

import io.macpool.gitops.change.EnvironmentObjects;
import io.macpool.gitops.change.ObjectDiff;
import io.macpool.gitops.change.Promotion;
import io.macpool.gitops.change.TreeChange;
import io.macpool.gitops.git.GitRepository;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlDocument;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        "Carries image and chart of releases from one environment to another, never their values;"
            + " shows what changes. Refuses what the first has not run.")
final class PromoteCommand implements Callable<Integer> {

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "RELEASE",
      arity = "1..*",
      description = "Releases of the second environment; each has the same name in the first.")
  private List<String> releases;

  @Option(
      names = "--like",
      paramLabel = "RELEASE",
      description = "The release of the first environment to follow, if its name is another.")
  private @Nullable String like;

  @Option(names = "--from", paramLabel = "ENV", required = true, description = "Where it has run.")
  @SuppressWarnings("NullAway.Init") // required: picocli sets it
  private String from;

  @Option(names = "--to", paramLabel = "ENV", required = true, description = "Where it shall run.")
  @SuppressWarnings("NullAway.Init") // required: picocli sets it
  private String to;

  @Option(
      names = "--as",
      paramLabel = "VERSION",
      description = "The released version that the image bears, when the tag there is a build's.")
  private @Nullable String version;

  @Option(
      names = "--digest",
      paramLabel = "SHA256",
      description = "An earlier image, instead of the one that runs now.")
  private @Nullable String digest;

  @Option(names = "--dry-run", description = "Show what would change, and write nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    DeployTree tree = parent.readTree();
    GitRepository repository = new GitRepository(tree.root());
    TreeChange change = TreeChange.of(tree);
    for (String release : releases) {
      Choices.release(Choices.environment(tree, to), release);
      change = Promotion.plan(change, repository, order(release));
    }
    HelmRenderer renderer = new HelmRenderer();
    List<YamlDocument> before = new ArrayList<>();
    List<YamlDocument> after = new ArrayList<>();
    for (String release : releases) {
      before.addAll(objects(tree, release, renderer));
      after.addAll(objects(change.tree(), release, renderer));
    }
    ChangeReport.print(spec.commandLine().getOut(), ObjectDiff.between(before, after));
    return CheckedWrite.checkAndWrite(spec, change, dryRun);
  }

  private Promotion.Order order(String release) {
    return new Promotion.Order(
        release,
        Optional.ofNullable(like),
        from,
        to,
        Optional.ofNullable(version),
        Optional.ofNullable(digest));
  }

  private List<YamlDocument> objects(DeployTree tree, String release, HelmRenderer renderer) {
    Release chosen = Choices.release(Choices.environment(tree, to), release);
    return EnvironmentObjects.of(tree, chosen, renderer);
  }
}
