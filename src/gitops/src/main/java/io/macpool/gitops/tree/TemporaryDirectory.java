package io.macpool.gitops.tree;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that goes, with all that is in it, when this is closed. */
public record TemporaryDirectory(Path path) implements AutoCloseable {

  /** A new one, whose name begins with {@code purpose}. */
  public static TemporaryDirectory create(String purpose) {
    try {
      return new TemporaryDirectory(Files.createTempDirectory(purpose));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary directory", e);
    }
  }

  @Override
  public void close() {
    try {
      ChartFiles.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path, e);
    }
  }
}
