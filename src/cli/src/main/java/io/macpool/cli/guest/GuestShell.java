package io.macpool.cli.guest;

import io.macpool.broker.Instance;
import io.macpool.cli.config.Login;
import io.macpool.cli.guest.CommandEnd.How;
import io.macpool.cli.screen.PoolException;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Endpoint;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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

  /** A warm guest is there at once, one that boots is not there for long. */
  private static final Duration FIRST_LOOK = Duration.ofMillis(10);

  private static final Duration LOOK = Duration.ofMillis(300);
  private static final Duration DIAL = Duration.ofSeconds(2);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration LOGIN = Duration.ofSeconds(60);

  /** Longer than a network needs to come back, shorter than a person waits for a sign. */
  private static final Duration RECONNECTION = Duration.ofMinutes(2);

  private final SshClient client;
  private boolean connected;
  private boolean closed;

  private GuestShell(SshClient client) {
    this.client = client;
  }

  /** Loads what a command over connections that may break needs, in the thread of the caller. */
  public static void warmUp() {
    List<String> unused = Supervisor.start("", List.of());
    Class<?>[] unusedClasses = {
      SshClient.class, ResumableCommand.class, SupervisorSession.class,
          SupervisorSession.Frame.class,
      InputRelay.class, Interrupts.class, CommandEnd.class, AtExit.class
    };
  }

  /**
   * Waits for the guest and logs in.
   *
   * @param look the instance as it is now; empty if it is gone
   * @throws PoolException if the guest does not let us in
   */
  public static GuestShell open(Login login, Supplier<Optional<Instance>> look, Duration boot)
      throws IOException, InterruptedException {
    return open(login, () -> endpoints(look), boot, Optional.empty());
  }

  /**
   * Waits for the guest and logs in.
   *
   * @param endpoints the guest's, as they are known now
   * @param knownHosts keeps the guest's host key beyond this connection
   * @throws PoolException if the guest does not let us in
   */
  public static GuestShell open(
      Login login, Supplier<List<Endpoint>> endpoints, Duration boot, Optional<Path> knownHosts)
      throws IOException, InterruptedException {
    GuestShell shell = reach(login, endpoints, boot, knownHosts);
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

  /**
   * Waits for the guest, and logs in only when a command needs it.
   *
   * @param look the instance as it is now; empty if it is gone
   * @throws PoolException if the guest can't be reached
   */
  public static GuestShell reach(Login login, Supplier<Optional<Instance>> look, Duration boot)
      throws IOException, InterruptedException {
    return reach(login, () -> endpoints(look), boot, Optional.empty());
  }

  private static GuestShell reach(
      Login login, Supplier<List<Endpoint>> endpoints, Duration boot, Optional<Path> knownHosts)
      throws IOException, InterruptedException {
    Endpoint endpoint = reachable(login, endpoints, boot);
    Path directory = Files.createTempDirectory("macpool-");
    return new GuestShell(
        new SshClient(
            login, endpoint, directory, knownHosts.orElse(directory.resolve("known_hosts"))));
  }

  private static List<Endpoint> endpoints(Supplier<Optional<Instance>> look) {
    return look.get()
        .map(Instance::dialable)
        .orElseThrow(() -> new PoolException("the instance is gone"));
  }

  /** The first of the guest's endpoints that takes a connection. */
  private static Endpoint reachable(Login login, Supplier<List<Endpoint>> endpoints, Duration boot)
      throws InterruptedException {
    long deadline = System.nanoTime() + boot.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    List<Endpoint> known = List.of();
    long pause = FIRST_LOOK.toMillis();
    do {
      known = endpoints.get();
      for (Endpoint endpoint : known) {
        if (answers(endpoint, login.port())) {
          return endpoint;
        }
      }
      boolean unused = never.await(pause, TimeUnit.MILLISECONDS);
      pause = Math.min(2 * pause, LOOK.toMillis());
    } while (System.nanoTime() < deadline);
    throw new PoolException(
        known.isEmpty()
            ? "the guest told no address within " + GoDuration.format(boot)
            : "nothing answered on port %d of %s within %s"
                .formatted(
                    login.port(),
                    known.stream().map(Endpoint::toString).collect(Collectors.joining(", ")),
                    GoDuration.format(boot)));
  }

  private static boolean answers(Endpoint endpoint, int port) {
    int millis = (int) DIAL.toMillis();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(endpoint.address(), endpoint.portOr(port)), millis);
      if (endpoint.port().isPresent()) {
        // A relay takes any connection; the guest behind it speaks first.
        socket.setSoTimeout(millis);
        return socket.getInputStream().read() >= 0;
      }
      return true;
    } catch (IOException e) {
      return false; // not yet, or not this one
    }
  }

  private synchronized void connect() throws IOException, InterruptedException {
    if (connected) {
      return;
    }
    connected = true;
    Process master =
        SshClient.started(
            client.master().redirectInput(Redirect.from(Path.of("/dev/null").toFile())));
    boolean ended = master.waitFor(LOGIN.toSeconds(), TimeUnit.SECONDS);
    if (!ended || master.exitValue() != 0) {
      master.destroyForcibly();
      throw notLetIn(ended ? client.complaint() : "no answer within " + GoDuration.format(LOGIN));
    }
  }

  private PoolException notLetIn(String why) {
    return new PoolException(
        "the guest at %s does not let %s in: %s. Give the key by --ssh-key or MACPOOL_SSH_KEY"
            .formatted(client.endpoint(), client.login().user(), why));
  }

  /** Where it was logged in to. */
  public Endpoint endpoint() {
    return client.endpoint();
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

  /**
   * Runs a command with our own streams, over connections that may break.
   *
   * @param limit how long it may take; empty: as long as it likes
   * @param there whether the guest still exists
   * @param log what a person is told
   * @throws PoolException if the guest could not run it, or did not let us in
   */
  public CommandEnd runOverBreaks(
      List<String> words, Optional<Duration> limit, BooleanSupplier there, PrintWriter log)
      throws IOException, InterruptedException {
    ResumableCommand command =
        new ResumableCommand(
            new ResumableCommand.Guest(
                client::direct, client::complaint, this::notLetIn, there, RECONNECTION, log),
            new ResumableCommand.Streams(
                // A channel's read ends when it is closed.
                Channels.newInputStream(new FileInputStream(FileDescriptor.in).getChannel()),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err)));
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    limit.ifPresent(
        time -> {
          Future<?> unused =
              timer.schedule(command::timeOut, time.toMillis(), TimeUnit.MILLISECONDS);
        });
    Interrupts interrupts = Interrupts.handOn(command, GRACE);
    Optional<CommandEnd> end;
    try {
      end = command.run(words);
    } finally {
      interrupts.close();
      timer.shutdownNow();
    }
    // A guest without perl can't go on with a command.
    return end.isPresent() ? end.get() : run(words, false, limit, false);
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
  public ProcessBuilder command(List<String> words, List<String> flags)
      throws IOException, InterruptedException {
    connect();
    return client.channel(words, flags);
  }

  /** What the exit status of such a command says. */
  public CommandEnd end(int status) throws IOException, InterruptedException {
    return status == SSH_FAILED && !isConnected()
        ? new CommandEnd(How.LOST, 0)
        : new CommandEnd(How.ENDED, status);
  }

  private boolean isConnected() throws IOException, InterruptedException {
    return control("check") == 0;
  }

  private int control(String what) throws IOException, InterruptedException {
    Process process = client.control(what).start();
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
      if (connected) {
        int unused = control("exit");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(client.directory())) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
