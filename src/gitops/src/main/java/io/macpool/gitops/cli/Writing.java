package io.macpool.gitops.cli;

import io.macpool.gitops.check.Checker;
import io.macpool.gitops.check.Problem;
import io.macpool.gitops.check.Problem.Severity;
import io.macpool.gitops.git.GitRepository;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.SourceFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Files that a command made: written only if the whole tree passes the check with them. */
final class Writing {

  private Writing() {}

  static int checkAndWrite(
      CommandSpec spec,
      DeployTree changed,
      GitRepository repository,
      List<SourceFile> files,
      boolean dryRun)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<Problem> problems =
        new Checker(changed.charts()).check(changed, repository::digestsEverIn);
    problems.forEach(err::println);
    if (problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR)) {
      err.println("nothing was written: with this change the tree would not pass the check");
      return GitopsCommand.PROBLEMS;
    }
    for (SourceFile file : files) {
      if (!dryRun) {
        Files.writeString(changed.root().resolve(file.path()), file.text());
      }
      out.println((dryRun ? "would write " : "wrote ") + file.path());
    }
    return GitopsCommand.WELL;
  }
}
