package io.macpool.sim.ssh;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Deletes guests' homes, whatever a script left in them. */
final class Homes {

  private static final int ATTEMPTS = 5;

  private Homes() {}

  /**
   * Deletes {@code directory} with all in it; symbolic links are not followed. Tries again when
   * something appears in it meanwhile.
   */
  static void delete(Path directory) throws IOException {
    IOException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        Files.walkFileTree(directory, new Delete());
        return;
      } catch (NoSuchFileException e) {
        if (!Files.exists(directory)) {
          return;
        }
        last = e;
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  private static final class Delete extends SimpleFileVisitor<Path> {

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      // A script may have left directories that can't be read; where it fails, the walk tells.
      if (!Files.isWritable(directory) || !Files.isExecutable(directory)) {
        directory.toFile().setWritable(true);
        directory.toFile().setExecutable(true);
        directory.toFile().setReadable(true);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
