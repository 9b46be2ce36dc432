package io.macpool.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** How the guests are logged in to; picocli fills it in. */
final class SshOptions {

  @Option(
      names = "--ssh-key",
      paramLabel = "FILE",
      defaultValue = "${MACPOOL_SSH_KEY}",
      description = "The key that opens the guests (MACPOOL_SSH_KEY); else what ssh finds itself.")
  Path key;

  @Option(
      names = "--ssh-user",
      paramLabel = "NAME",
      defaultValue = "${MACPOOL_SSH_USER:-travis}",
      description = "The guests' user (MACPOOL_SSH_USER; default: travis).")
  String user;

  @Option(
      names = "--ssh-port",
      paramLabel = "PORT",
      defaultValue = "${MACPOOL_SSH_PORT:-22}",
      description = "The guests' port (MACPOOL_SSH_PORT; default: 22).")
  int port;

  /** What another process has to find in its environment to log in as we do. */
  Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    if (key != null) {
      environment.put("MACPOOL_SSH_KEY", key.toAbsolutePath().toString());
    }
    environment.put("MACPOOL_SSH_USER", user);
    environment.put("MACPOOL_SSH_PORT", Integer.toString(port));
    return environment;
  }
}
