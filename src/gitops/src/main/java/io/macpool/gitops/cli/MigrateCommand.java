package io.macpool.gitops.cli;

import io.macpool.gitops.migrate.Migration;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops migrate}. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description =
        "Converts a directory of Flux v1 release files (v1alpha2, v1beta1, v1) to Flux v2, and"
            + " reports what could not be carried. The old files stay as they are.")
final class MigrateCommand implements Callable<Integer> {

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The old release files.")
  private Path directory;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the new files go; without it they are printed. Existing files stay.")
  private @Nullable Path target;

  @Override
  public Integer call() throws IOException {
    DeployTree tree = parent.readTree();
    Migration migration = Migration.of(read(), tree);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Map<String, String> files = new TreeMap<>(migration.files());
    if (target == null) {
      files.forEach((name, text) -> out.print("# " + name + "\n" + text + "---\n"));
    } else {
      write(files, target, out);
    }
    out.flush();
    migration.notes().forEach(err::println);
    err.println(
        "%d releases carried, %d things to look at; then run: gitops check"
            .formatted(
                files.keySet().stream()
                    .filter(name -> !name.equals("image-automation.yaml"))
                    .count(),
                migration.notes().size()));
    return GitopsCommand.WELL;
  }

  private static void write(Map<String, String> files, Path target, PrintWriter out)
      throws IOException {
    for (String name : files.keySet()) {
      if (Files.exists(target.resolve(name))) {
        throw new TreeException(
            target.resolve(name) + " exists already: name an empty directory by --out");
      }
    }
    Files.createDirectories(target);
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(target.resolve(file.getKey()), file.getValue());
      out.println("wrote " + target.resolve(file.getKey()));
    }
  }

  private List<SourceFile> read() throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new TreeException(directory + " is no directory");
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths
          .filter(path -> path.toString().matches(".*\\.ya?ml"))
          .sorted()
          .map(path -> DeployTree.readFile(Path.of(""), path))
          .toList();
    }
  }
}
