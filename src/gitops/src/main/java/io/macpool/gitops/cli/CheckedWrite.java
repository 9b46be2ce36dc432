package io.macpool.gitops.cli;

import io.macpool.gitops.change.TreeChange;
import io.macpool.gitops.check.Checker;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Problem.Severity;
import io.macpool.gitops.git.GitRepository;
import io.macpool.gitops.tree.ChartFiles;
import io.macpool.gitops.tree.SourceFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/** A change that a command made: written only if the whole tree passes the check with it. */
final class CheckedWrite {

  private CheckedWrite() {}

  static int checkAndWrite(CommandSpec spec, TreeChange change, boolean dryRun) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Path root = change.tree().root();
    List<Problem> problems = new Checker().check(change.tree(), new GitRepository(root));
    problems.forEach(problem -> err.println(label(problem) + problem));
    if (problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR)) {
      err.println("nothing was written: with this change the tree would not pass the check");
      return GitopsCommand.PROBLEMS;
    }
    String done = dryRun ? "would write " : "wrote ";
    // Charts first: a release that names one finds it, whenever this is cut off.
    for (var copy : new TreeMap<>(change.copies()).entrySet()) {
      if (!dryRun) {
        ChartFiles.copy(copy.getValue().directory(), root.resolve(copy.getKey()));
      }
      out.println(done + copy.getKey());
    }
    for (SourceFile file : new TreeMap<>(change.files()).values()) {
      if (!dryRun) {
        Files.writeString(root.resolve(file.path()), file.text());
      }
      out.println(done + file.path());
    }
    for (Path unused : change.removals()) {
      if (!dryRun) {
        ChartFiles.delete(root.resolve(unused));
      }
      out.println((dryRun ? "would delete " : "deleted ") + unused);
    }
    return GitopsCommand.WELL;
  }

  private static String label(Problem problem) {
    return problem.severity() == Severity.WARNING ? "warning: " : "";
  }
}
