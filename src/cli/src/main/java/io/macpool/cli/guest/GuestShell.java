package io.macpool.cli.guest;

import io.macpool.broker.Instance;
import io.macpool.cli.config.Login;
import io.macpool.cli.guest.CommandEnd.How;
import io.macpool.cli.screen.PoolException;
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
public final class GuestShell implements AutoCloseable {

  /** No connection came about. */
  public static final int NOT_STARTED = 127;

  private static final int SSH_FAILED = 255;
  private static final Duration LOOK = Duration.ofMillis(300);
  private static final Duration DIAL = Duration.ofSeconds(2);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration LOGIN = Duration.ofSeconds(60);

  private final Login login;
  private final String address;
  private final Path directory;
  private final Path knownHosts;
  private boolean closed;

  private GuestShell(Login login, String address, Path directory, Optional<Path> knownHosts) {
    this.login = login;
    this.address = address;
    this.directory = directory;
    this.knownHosts = knownHosts.orElse(directory.resolve("known_hosts"));
  }

  /**
   * Waits for the guest and logs in.
   *
   * @param look the instance as it is now; empty if it is gone
   * @throws PoolException if the guest does not let us in
   */
  public static GuestShell open(Login login, Supplier<Optional<Instance>> look, Duration boot)
      throws IOException, InterruptedException {
    return open(
        login,
        () ->
            look.get()
                .map(Instance::addresses)
                .orElseThrow(() -> new PoolException("the instance is gone")),
        boot,
        Optional.empty());
  }

  /**
   * Waits for the guest and logs in.
   *
   * @param addresses the guest's, as they are known now
   * @param knownHosts keeps the guest's host key beyond this connection
   * @throws PoolException if the guest does not let us in
   */
  public static GuestShell open(
      Login login, Supplier<List<String>> addresses, Duration boot, Optional<Path> knownHosts)
      throws IOException, InterruptedException {
    String address = reachable(login, addresses, boot);
    GuestShell shell =
        new GuestShell(login, address, Files.createTempDirectory("macpool-"), knownHosts);
    boolean open = false;
    try {
      shell.connect();
      open = true;
      return shell;
    } finally {
      if (!open) {
        shell.close();
      }
    }
  }

  /** The first of the guest's addresses that takes a connection. */
  private static String reachable(Login login, Supplier<List<String>> addresses, Duration boot)
      throws InterruptedException {
    long deadline = System.nanoTime() + boot.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    List<String> known = List.of();
    do {
      known = addresses.get();
      for (String address : known) {
        if (answers(address, login.port())) {
          return address;
        }
      }
      never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } while (System.nanoTime() < deadline);
    throw new PoolException(
        known.isEmpty()
            ? "the guest told no address within " + GoDuration.format(boot)
            : "nothing answered on port %d of %s within %s"
                .formatted(login.port(), String.join(", ", known), GoDuration.format(boot)));
  }

  private static boolean answers(String address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), (int) DIAL.toMillis());
      return true;
    } catch (IOException e) {
      return false; // not yet, or not this one
    }
  }

  private void connect() throws IOException, InterruptedException {
    Path said = directory.resolve("said");
    List<String> command = ssh();
    command.addAll(List.of("-M", "-N", "-f", "-o", "BatchMode=yes", address));
    Process master =
        started(
            new ProcessBuilder(command)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(said.toFile()));
    boolean ended = master.waitFor(LOGIN.toSeconds(), TimeUnit.SECONDS);
    if (!ended || master.exitValue() != 0) {
      master.destroyForcibly();
      throw new PoolException(
          "the guest at %s does not let %s in: %s. Give the key by --ssh-key or MACPOOL_SSH_KEY"
              .formatted(
                  address,
                  login.user(),
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
                Integer.toString(login.port()),
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
    return command;
  }

  /** The address that was logged in to. */
  public String address() {
    return address;
  }

  /**
   * Runs a command with our own streams; without words a login shell.
   *
   * @param terminal whether it gets one
   * @param limit how long it may take; empty: as long as it likes
   * @param lasting whether the guest lives on, so that nothing of ours is to stay there
   */
  public CommandEnd run(
      List<String> words, boolean terminal, Optional<Duration> limit, boolean lasting)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.map(Duration::toNanos).orElse(0L);
    List<String> flags = terminal ? List.of("-t") : List.of("-T");
    CommandRecord.Beginning begin =
        directory -> {
          Process process = command(recorded(words, directory), flags).inheritIO().start();
          long left = deadline - System.nanoTime();
          if (limit.isPresent() && !process.waitFor(left, TimeUnit.NANOSECONDS)) {
            process.destroy();
            return new CommandEnd(How.TIMED_OUT, 0);
          }
          return end(process.waitFor());
        };
    // A person at a login shell sees what becomes of it.
    if (words.isEmpty()) {
      return begin.begin("");
    }
    CommandRecord record = new CommandRecord(this);
    // What is typed at a terminal reaches the command by itself.
    Optional<Interrupts> interrupts =
        terminal ? Optional.empty() : Optional.of(Interrupts.handOn(record, GRACE));
    try {
      return record.run(begin, status -> status == SSH_FAILED, lasting);
    } finally {
      interrupts.ifPresent(Interrupts::close);
    }
  }

  private static List<String> recorded(List<String> words, String directory) {
    if (words.isEmpty()) {
      return words;
    }
    List<String> line = new ArrayList<>(List.of("sh", "-c", CommandRecord.RUN, directory));
    line.addAll(words);
    return line;
  }

  /**
   * A command of its own channel, not yet begun; without words a login shell.
   *
   * @param flags for ssh
   */
  public ProcessBuilder command(List<String> words, List<String> flags) {
    List<String> command = ssh();
    command.addAll(flags);
    command.add(address);
    if (!words.isEmpty()) {
      command.add(words.stream().map(GuestShell::quoted).collect(Collectors.joining(" ")));
    }
    return new ProcessBuilder(command);
  }

  /** What the exit status of such a command says. */
  public CommandEnd end(int status) throws IOException, InterruptedException {
    return status == SSH_FAILED && !isConnected()
        ? new CommandEnd(How.LOST, 0)
        : new CommandEnd(How.ENDED, status);
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
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
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
