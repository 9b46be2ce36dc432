package io.macpool.cli.guest;

import io.macpool.cli.config.Login;
import io.macpool.cli.screen.PoolException;
import io.macpool.core.fleet.Endpoint;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * OpenSSH's client for one guest. A guest is new, and so is its host key: it is taken at the first
 * look, for this guest only.
 *
 * @param directory of ours, for its socket and what it complains of
 */
record SshClient(Login login, Endpoint endpoint, Path directory, Path knownHosts) {

  /** A Ctrl-C at our terminal is for us, not for each process that it sees. */
  private static final String DEAF = "trap '' INT QUIT HUP; exec \"$@\"";

  /** A command of its own channel on the kept connection; without words a login shell. */
  ProcessBuilder channel(List<String> words, List<String> flags) {
    return line(directory.resolve("s").toString(), flags, words);
  }

  /** Opens the connection that is kept; ends when it is open, or can't be. */
  ProcessBuilder master() {
    return channel(List.of(), List.of("-M", "-N", "-f", "-o", "BatchMode=yes"))
        .redirectOutput(Redirect.DISCARD)
        .redirectError(said().toFile());
  }

  /** Speaks with the process that keeps the connection. */
  ProcessBuilder control(String what) {
    return channel(List.of(), List.of("-O", what))
        .redirectErrorStream(true)
        .redirectOutput(Redirect.DISCARD);
  }

  /**
   * A command on a connection of its own, begun, with pipes; only we end it.
   *
   * @throws PoolException if there is no such client
   */
  Process direct(List<String> words) {
    ProcessBuilder ssh = line("none", List.of("-T", "-o", "BatchMode=yes"), words);
    List<String> deaf = new ArrayList<>(List.of("sh", "-c", DEAF, "macpool"));
    deaf.addAll(ssh.command());
    return started(ssh.command(deaf).redirectError(said().toFile()));
  }

  /** What {@link #master} or {@link #direct} complained of, in one line. */
  String complaint() throws IOException {
    return Files.exists(said()) ? Files.readString(said()).strip().replaceAll("\\s+", " ") : "";
  }

  /**
   * Starts it.
   *
   * @throws PoolException if there is no such client
   */
  static Process started(ProcessBuilder ssh) {
    try {
      return ssh.start();
    } catch (IOException e) {
      throw new PoolException(
          "OpenSSH's client can't be started: install it, so that ssh is on the PATH (%s)"
              .formatted(e.getMessage()));
    }
  }

  private Path said() {
    return directory.resolve("said");
  }

  private ProcessBuilder line(String socket, List<String> flags, List<String> words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ssh",
                "-S",
                socket,
                "-p",
                Integer.toString(endpoint.portOr(login.port())),
                "-l",
                login.user(),
                "-o",
                "StrictHostKeyChecking=accept-new",
                "-o",
                "UserKnownHostsFile=" + knownHosts,
                "-o",
                "GlobalKnownHostsFile=/dev/null",
                "-o",
                "LogLevel=ERROR",
                "-o",
                "ServerAliveInterval=10",
                "-o",
                "ServerAliveCountMax=3"));
    login
        .key()
        .ifPresent(
            key -> command.addAll(List.of("-i", key.toString(), "-o", "IdentitiesOnly=yes")));
    command.addAll(flags);
    command.add(endpoint.address());
    if (!words.isEmpty()) {
      command.add(words.stream().map(SshClient::quoted).collect(Collectors.joining(" ")));
    }
    return new ProcessBuilder(command);
  }

  /** The guest's shell takes a line: each word stays one word there. */
  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
