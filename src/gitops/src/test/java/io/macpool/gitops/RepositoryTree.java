package io.macpool.gitops;

import io.macpool.gitops.tree.DeployTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The real tree of this repository, and copies of it that a test may spoil. */
public final class RepositoryTree {

  private RepositoryTree() {}

  public static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve("charts"))
        || !Files.isDirectory(directory.resolve("releases"))) {
      directory = directory.getParent();
      if (directory == null) {
        throw new IllegalStateException("no charts/ and releases/ above the working directory");
      }
    }
    return directory;
  }

  public static DeployTree read() {
    return DeployTree.read(root());
  }

  /** Copies charts/ and releases/ below {@code target}. */
  public static Path copyTo(Path target) {
    for (String directory : new String[] {"charts", "releases"}) {
      copy(root().resolve(directory), target.resolve(directory));
    }
    return target;
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path copy = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
