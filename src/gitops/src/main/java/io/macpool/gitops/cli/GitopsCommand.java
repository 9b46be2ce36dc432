package io.macpool.gitops.cli;

import io.macpool.gitops.git.GitException;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.TreeException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command line. */
@Command(
    name = "gitops",
    description = "Checks, renders, compares, promotes and migrates release files.",
    mixinStandardHelpOptions = true,
    versionProvider = GitopsCommand.Version.class,
    subcommands = {
      CheckCommand.class,
      DescribeCommand.class,
      RenderCommand.class,
      DiffCommand.class,
      PromoteCommand.class,
      PinCommand.class,
      NewReleaseCommand.class,
      MigrateCommand.class,
      ChartDocsCommand.class
    })
public final class GitopsCommand implements Runnable {

  /** A command found nothing wrong. */
  static final int WELL = 0;

  /** A command found problems in the tree. */
  static final int PROBLEMS = 1;

  /** A command could not do its work. */
  static final int UNUSABLE = 2;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      defaultValue = ".",
      description = "The repository's root, which holds charts/ and releases/.")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Path root;

  @Spec private CommandLine.Model.CommandSpec spec;

  /** Runs one command and returns its exit status; prints to the writers alone. */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new GitopsCommand());
    line.setOut(out);
    line.setErr(err);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (failure instanceof TreeException || failure instanceof GitException) {
            err.println("gitops: " + failure.getMessage());
            return UNUSABLE;
          }
          throw failure;
        });
    return line.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command");
  }

  Path root() {
    return root;
  }

  DeployTree readTree() {
    return DeployTree.read(root);
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = GitopsCommand.class.getPackage().getImplementationVersion();
      return new String[] {"gitops " + (version == null ? "development" : version)};
    }
  }
}
