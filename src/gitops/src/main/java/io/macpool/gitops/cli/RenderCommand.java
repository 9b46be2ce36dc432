package io.macpool.gitops.cli;

import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.helm.RenderException;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.TreeException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops render}. */
@Command(
    name = "render",
    mixinStandardHelpOptions = true,
    description = "Prints what Helm makes of an environment's releases, or of one of them.")
final class RenderCommand implements Callable<Integer> {

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "ENV",
      description = "The environment's directory in releases/.")
  private String environment;

  @Parameters(
      index = "1",
      paramLabel = "RELEASE",
      arity = "0..1",
      description = "One release; default: all.")
  private @Nullable String release;

  @Override
  public Integer call() throws RenderException {
    DeployTree tree = parent.readTree();
    Environment chosen = Choices.environment(tree, environment);
    List<Release> releases =
        release == null ? chosen.releases() : List.of(Choices.release(chosen, release));
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    HelmRenderer renderer = new HelmRenderer();
    int status = GitopsCommand.WELL;
    for (Release each : releases) {
      Chart chart =
          tree.chart(each)
              .orElseThrow(
                  () -> new TreeException(each.file().path() + " names no chart of the tree"));
      try {
        out.print(renderer.renderAll(chart, each.name(), chosen.name(), each.values()).text());
      } catch (RenderException e) {
        err.println(each.file().path() + ": " + e.getMessage());
        status = GitopsCommand.PROBLEMS;
      }
    }
    out.flush();
    return status;
  }
}
