package io.macpool.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory that only this user may enter, gone with all that is in it when closed. */
public record TemporaryDirectory(Path path) implements AutoCloseable {

  public static TemporaryDirectory create() {
    try {
      return new TemporaryDirectory(Files.createTempDirectory("macpool-sandbox-"));
    } catch (IOException e) {
      throw new UncheckedIOException("can't make a temporary directory: " + e, e);
    }
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    }
  }
}
