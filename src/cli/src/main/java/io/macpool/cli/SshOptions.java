package io.macpool.cli;

import java.nio.file.Path;
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
}
