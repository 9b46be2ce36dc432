package io.macpool.cli.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One broker of the configuration file, and how its guests are logged in to.
 *
 * @param token as it stands in the file; empty if there is none, or {@code tokenFile} holds it
 */
record Context(
    String name,
    String url,
    Optional<String> token,
    Optional<Path> tokenFile,
    Optional<Path> sshKey,
    Optional<String> sshUser,
    Optional<Integer> sshPort) {

  /** Without what nobody else may read. */
  @Override
  public String toString() {
    return name;
  }
}
