package io.macpool.service;

import java.util.Optional;

/** What was built: shown by {@code --version}, {@code /info} and the first log line. */
public record BuildInfo(String service, String version) {

  /** Read from the manifest of the jar that holds {@code main}; {@code dev} outside a jar. */
  public static BuildInfo of(String service, Class<?> main) {
    return new BuildInfo(
        service, Optional.ofNullable(main.getPackage().getImplementationVersion()).orElse("dev"));
  }
}
