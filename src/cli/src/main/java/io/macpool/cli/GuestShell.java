package io.macpool.cli;

import io.macpool.broker.Instance;
import io.macpool.core.GoDuration;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Commands in a guest, by OpenSSH's client: it hands on streams, signals and window size as people
 * know it. One connection is opened first and kept, which the commands share: so a login that fails
 * and a connection that is lost are told from a command that ends with 255.
 */
final class GuestShell implements AutoCloseable {

  /** The connection was lost while the command ran. */
  static final int LOST = 126;

  /** No connection came about. */
  static final int NOT_STARTED = 127;

  /** The command took too long, as timeout(1) tells it. */
  static final int TIMED_OUT = 124;

  private static final int SSH_FAILED = 255;
  private static final Duration LOOK = Duration.ofMillis(300);
  private static final Duration DIAL = Duration.ofSeconds(2);
  private static final Duration LOGIN = Duration.ofSeconds(60);

  private final SshOptions options;
  private final String address;
  private final Path directory;

  private GuestShell(SshOptions options, String address, Path directory) {
    this.options = options;
    this.address = address;
    this.directory = directory;
  }

  /**
   * Waits for the guest and logs in.
   *
   * @param look the instance as it is now; empty if it is gone
   * @throws PoolException if the guest does not let us in
   */
  static GuestShell open(SshOptions options, Supplier<Optional<Instance>> look, Duration boot)
      throws IOException, InterruptedException {
    String address = reachable(options, look, boot);
    GuestShell shell = new GuestShell(options, address, Files.createTempDirectory("macpool-"));
    boolean open = false;
    try {
      shell.login();
      open = true;
      return shell;
    } finally {
      if (!open) {
        shell.close();
      }
    }
  }

  /** The first of the guest's addresses that takes a connection. */
  private static String reachable(
      SshOptions options, Supplier<Optional<Instance>> look, Duration boot)
      throws InterruptedException {
    long deadline = System.nanoTime() + boot.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    List<String> known = List.of();
    do {
      Instance now = look.get().orElseThrow(() -> new PoolException("the instance is gone"));
      known = now.addresses();
      for (String address : known) {
        if (answers(address, options.port)) {
          return address;
        }
      }
      never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } while (System.nanoTime() < deadline);
    throw new PoolException(
        known.isEmpty()
            ? "the guest told no address within " + GoDuration.format(boot)
            : "nothing answered on port %d of %s within %s"
                .formatted(options.port, String.join(", ", known), GoDuration.format(boot)));
  }

  private static boolean answers(String address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), (int) DIAL.toMillis());
      return true;
    } catch (IOException e) {
      return false; // not yet, or not this one
    }
  }

  private void login() throws IOException, InterruptedException {
    Path said = directory.resolve("said");
    List<String> command = ssh();
    command.addAll(List.of("-M", "-N", "-f", "-o", "BatchMode=yes", address));
    Process login =
        started(
            new ProcessBuilder(command)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(said.toFile()));
    boolean ended = login.waitFor(LOGIN.toSeconds(), TimeUnit.SECONDS);
    if (!ended || login.exitValue() != 0) {
      login.destroyForcibly();
      throw new PoolException(
          "the guest at %s does not let %s in: %s. Give the key by --ssh-key or MACPOOL_SSH_KEY"
              .formatted(
                  address,
                  options.user,
                  ended
                      ? Files.readString(said).strip().replaceAll("\\s+", " ")
                      : "no answer within " + GoDuration.format(LOGIN)));
    }
  }

  private static Process started(ProcessBuilder ssh) {
    try {
      return ssh.start();
    } catch (IOException e) {
      throw new PoolException(
          "OpenSSH's client can't be started: install it, so that ssh is on the PATH (%s)"
              .formatted(e.getMessage()));
    }
  }

  /** A guest is new, and so is its host key: it is taken at the first look, for this guest only. */
  private List<String> ssh() {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ssh",
                "-S",
                directory.resolve("s").toString(),
                "-p",
                Integer.toString(options.port),
                "-l",
                options.user,
                "-o",
                "StrictHostKeyChecking=accept-new",
                "-o",
                "UserKnownHostsFile=" + directory.resolve("known_hosts"),
                "-o",
                "GlobalKnownHostsFile=/dev/null",
                "-o",
                "LogLevel=ERROR",
                "-o",
                "ServerAliveInterval=10",
                "-o",
                "ServerAliveCountMax=3"));
    if (options.key != null) {
      command.addAll(List.of("-i", options.key.toString(), "-o", "IdentitiesOnly=yes"));
    }
    return command;
  }

  /**
   * Runs a command with our own streams; without words a login shell.
   *
   * @param terminal whether it gets one
   * @param limit how long it may take; empty: as long as it likes
   * @return its exit status, or {@link #LOST} or {@link #TIMED_OUT}
   */
  int run(List<String> words, boolean terminal, Optional<Duration> limit)
      throws IOException, InterruptedException {
    List<String> command = ssh();
    if (terminal) {
      command.add("-t");
    }
    command.add(address);
    if (!words.isEmpty()) {
      command.add(words.stream().map(GuestShell::quoted).collect(Collectors.joining(" ")));
    }
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (limit.isPresent() && !process.waitFor(limit.get().toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroy();
      return TIMED_OUT;
    }
    int status = process.waitFor();
    return status == SSH_FAILED && !isConnected() ? LOST : status;
  }

  /** The guest's shell takes a line: each word stays one word there. */
  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private boolean isConnected() throws IOException, InterruptedException {
    return control("check") == 0;
  }

  private int control(String what) throws IOException, InterruptedException {
    List<String> command = ssh();
    command.addAll(List.of("-O", what, address));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD)
            .start();
    if (!process.waitFor(DIAL.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return SSH_FAILED;
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    try {
      control("exit");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
