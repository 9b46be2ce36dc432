package io.macpool.gitops;

import io.macpool.gitops.check.rule.RunHistory;
import io.macpool.gitops.tree.DeployTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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

  /** As if staging had run every image that the tree's releases name. */
  public static RunHistory ran(DeployTree tree) {
    return RunHistory.of(digests(tree));
  }

  /** Every image digest that a release of the tree names. */
  public static Set<String> digests(DeployTree tree) {
    return tree.environments().stream()
        .flatMap(environment -> environment.releases().stream())
        .map(release -> release.image().digest())
        .collect(Collectors.toSet());
  }

  /** Copies charts/ and releases/ below {@code target}. */
  public static Path copyTo(Path target) {
    for (String directory : new String[] {"charts", "releases"}) {
      copy(root().resolve(directory), target.resolve(directory));
    }
    return target;
  }

  /** As {@link #copyTo}, with one worker, its broker and the operator in each environment alone. */
  public static void copySmallTo(Path target) throws IOException {
    copyTo(target);
    try (Stream<Path> environments = Files.list(target.resolve("releases"))) {
      for (Path directory : environments.filter(Files::isDirectory).toList()) {
        Path list = directory.resolve("kustomization.yaml");
        if (Files.exists(list)) {
          List<String> kept = new ArrayList<>();
          for (String line : Files.readAllLines(list)) {
            if (line.matches("  - (worker|jupiter-brain)-(org|custom-[0-9]).yaml")) {
              Files.delete(directory.resolve(line.substring(4)));
            } else {
              kept.add(line);
            }
          }
          Files.write(list, kept);
        }
      }
    }
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
