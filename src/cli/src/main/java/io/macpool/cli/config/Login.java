package io.macpool.cli.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How guests are logged in to.
 *
 * @param key empty: what ssh finds itself
 */
public record Login(Optional<Path> key, String user, int port) {

  /** What another process has to find in its environment to log in as we do. */
  public Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    key.ifPresent(file -> environment.put("MACPOOL_SSH_KEY", file.toAbsolutePath().toString()));
    environment.put("MACPOOL_SSH_USER", user);
    environment.put("MACPOOL_SSH_PORT", Integer.toString(port));
    return environment;
  }
}
