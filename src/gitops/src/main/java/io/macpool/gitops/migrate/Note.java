package io.macpool.gitops.migrate;

import java.nio.file.Path;

/**
 * Something that a person has to look at after the migration.
 *
 * @param line of the old file, counted from 1
 */
public record Note(Path file, int line, String text) {

  @Override
  public String toString() {
    return file + ":" + line + ": " + text;
  }
}
