package io.macpool.cli.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the guests are logged in to; picocli fills it in. */
public final class SshOptions {

  private static final String DEFAULT_USER = "travis";
  private static final int DEFAULT_PORT = 22;

  @Option(
      names = "--ssh-key",
      paramLabel = "FILE",
      description = "The key that opens the guests (MACPOOL_SSH_KEY); else what ssh finds itself.")
  private @Nullable Path key;

  @Option(
      names = "--ssh-user",
      paramLabel = "NAME",
      description = "The guests' user (MACPOOL_SSH_USER; default: travis).")
  private @Nullable String user;

  @Option(
      names = "--ssh-port",
      paramLabel = "PORT",
      description = "The guests' port (MACPOOL_SSH_PORT; default: 22).")
  private @Nullable Integer port;

  /**
   * By arguments that need no parser.
   *
   * @throws NumberFormatException if a number is none
   */
  public static SshOptions of(PlainArguments given) {
    SshOptions options = new SshOptions();
    options.key = given.value("--ssh-key").map(Path::of).orElse(null);
    options.user = given.value("--ssh-user").orElse(null);
    options.port = given.value("--ssh-port").map(Integer::valueOf).orElse(null);
    return options;
  }

  /**
   * Flags count before the environment, that before the context.
   *
   * @throws IllegalArgumentException if the environment's port is none
   */
  Login login(Map<String, String> environment, Optional<Context> context) {
    return new Login(
        Optional.ofNullable(key)
            .or(() -> variable(environment, "MACPOOL_SSH_KEY").map(Path::of))
            .or(() -> context.flatMap(Context::sshKey)),
        Optional.ofNullable(user)
            .or(() -> variable(environment, "MACPOOL_SSH_USER"))
            .or(() -> context.flatMap(Context::sshUser))
            .orElse(DEFAULT_USER),
        Optional.ofNullable(port)
            .or(() -> variable(environment, "MACPOOL_SSH_PORT").map(SshOptions::number))
            .or(() -> context.flatMap(Context::sshPort))
            .orElse(DEFAULT_PORT));
  }

  private static int number(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("MACPOOL_SSH_PORT is %s: give a number".formatted(text));
    }
    return Integer.parseInt(text);
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }
}
