package io.macpool.scaleset.github;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Who we are for GitHub. Files are read anew for each token, so that a changed one counts without a
 * restart.
 */
public sealed interface Identity {

  /**
   * A personal access token.
   *
   * @param file holds it and nothing else
   */
  record PersonalToken(Path file) implements Identity {

    String read() {
      return Identity.read(file);
    }
  }

  /**
   * A GitHub App that is installed where the scale set belongs.
   *
   * @param id the app's id, or its client id
   * @param installation the id of its installation
   * @param keyFile its private key in PEM
   */
  record App(String id, long installation, Path keyFile) implements Identity {}

  /**
   * The text of a file that holds a secret.
   *
   * @throws IllegalArgumentException that names the file, and nothing of its text
   */
  static String read(Path file) {
    String text;
    try {
      text = Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "can't read %s: see that it is there and that this user may read it".formatted(file), e);
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the file %s is empty".formatted(file));
    }
    return text;
  }
}
