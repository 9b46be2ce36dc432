package io.macpool.gitops.tree;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files of charts on disk. */
public final class ChartFiles {

  private ChartFiles() {}

  /** Whether two directories hold the same files with the same bytes. */
  public static boolean same(Path one, Path other) {
    try {
      List<Path> names = names(one);
      if (!names.equals(names(other))) {
        return false;
      }
      for (Path name : names) {
        if (!Arrays.equals(
            Files.readAllBytes(one.resolve(name)), Files.readAllBytes(other.resolve(name)))) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a chart to a directory that is not there yet. */
  public static void copy(Path from, Path to) throws IOException {
    for (Path name : names(from)) {
      Path copy = to.resolve(name);
      Files.createDirectories(copy.getParent());
      Files.copy(from.resolve(name), copy);
    }
  }

  /** Deletes a chart. */
  public static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The chart's files, relative to its directory. */
  public static List<Path> names(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(Files::isRegularFile).map(directory::relativize).sorted().toList();
    }
  }
}
