package io.macpool.gitops.cli;

import io.macpool.gitops.check.Checker;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Problem.Severity;
import io.macpool.gitops.git.GitRepository;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.TreeException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops check}. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description =
        "Holds every file of charts/ and releases/ against every rule, and tells all problems at"
            + " once. Exit status 1 if one is an error.")
final class CheckCommand implements Callable<Integer> {

  /** How problems are printed. */
  enum Format {
    TEXT,
    JSON,
    GITHUB
  }

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, json, or github for annotations of a pull request.")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private String format;

  @Override
  public Integer call() {
    Format chosen = parse(format);
    DeployTree tree = parent.readTree();
    if (tree.environments().isEmpty()) {
      throw new TreeException(
          "releases/ of " + tree.root() + " has no environment, so there is nothing to check");
    }
    GitRepository repository = new GitRepository(tree.root());
    List<Problem> problems = new Checker().check(tree, repository);
    PrintWriter out = spec.commandLine().getOut();
    switch (chosen) {
      case TEXT -> printText(out, tree, problems);
      case JSON -> out.println(ProblemFormats.json(problems));
      case GITHUB -> problems.forEach(problem -> out.println(ProblemFormats.github(problem)));
    }
    boolean failed = problems.stream().anyMatch(p -> p.severity() == Severity.ERROR);
    return failed ? GitopsCommand.PROBLEMS : GitopsCommand.WELL;
  }

  private Format parse(String text) {
    for (Format known : Format.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(text)) {
        return known;
      }
    }
    throw new ParameterException(
        spec.commandLine(), "--format " + text + " is none of text, json, github");
  }

  private static void printText(PrintWriter out, DeployTree tree, List<Problem> problems) {
    problems.forEach(
        problem ->
            out.println((problem.severity() == Severity.WARNING ? "warning: " : "") + problem));
    long errors = problems.stream().filter(p -> p.severity() == Severity.ERROR).count();
    long releases = tree.environments().stream().mapToLong(e -> e.releases().size()).sum();
    out.println(
        "%s in %s, %s: %s"
            .formatted(
                count(releases, "release"),
                count(tree.environments().size(), "environment"),
                count(tree.charts().size(), "chart"),
                errors == 0 ? "all rules hold" : count(errors, "error")));
    long unread =
        tree.environments().stream()
            .flatMap(environment -> environment.files().stream())
            .filter(file -> file.unreadable().isPresent())
            .count();
    if (unread > 0) {
      out.println(
          count(unread, "file")
              + " could not be read: the releases there are neither counted nor judged");
    }
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
