package io.macpool.sandbox.brokersoak;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One PostgreSQL of Debian's, as processes of ours on a free loopback port. Not thread-safe. */
public final class PostgresServer implements AutoCloseable {

  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final Duration READY = Duration.ofSeconds(60);
  private static final long COMMAND_SECONDS = 120;

  /** Commits need not survive the machine; a killed or stopped server is what is tried here. */
  private static final List<String> SETTINGS =
      List.of(
          "fsync=off",
          "max_connections=60",
          "wal_level=replica",
          "max_wal_senders=4",
          "hot_standby=on",
          "wal_keep_size=256MB",
          "shared_buffers=32MB",
          "log_line_prefix=%m [%p] ");

  private final Path bin;
  private final Path data;
  private final Path log;
  private final int port;
  private @Nullable Process process;

  private PostgresServer(Path bin, Path data, Path log, int port) {
    this.bin = bin;
    this.data = data;
    this.log = log;
    this.port = port;
  }

  /** The programs of the newest version that is installed. */
  private static Path programs() throws IOException {
    if (Files.isDirectory(INSTALLED)) {
      try (Stream<Path> versions = Files.list(INSTALLED)) {
        List<Path> found =
            versions
                .map(version -> version.resolve("bin"))
                .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                .sorted(Comparator.reverseOrder())
                .toList();
        if (!found.isEmpty()) {
          return found.get(0);
        }
      }
    }
    throw new IOException(
        "PostgreSQL is not installed below " + INSTALLED + ": .ci/peers/install postgresql");
  }

  /** A new, empty one. */
  static PostgresServer primary(Path directory, Path log) throws IOException, InterruptedException {
    PostgresServer server = new PostgresServer(programs(), directory, log, freePort());
    server.own(directory);
    server.run("initdb", "-D", directory.toString(), "-U", "postgres", "-A", "trust", "--no-sync");
    server.start();
    return server;
  }

  /** The one whose data lie in that directory, or a new, empty one. */
  public static PostgresServer open(Path directory, Path log)
      throws IOException, InterruptedException {
    if (!Files.exists(directory.resolve("PG_VERSION"))) {
      return primary(directory, log);
    }
    PostgresServer server = new PostgresServer(programs(), directory, log, freePort());
    // Of a process that was killed; who holds it still is told by the lock on its shared memory.
    Files.deleteIfExists(directory.resolve("postmaster.pid"));
    server.start();
    return server;
  }

  /** Whether one is installed that this can start. */
  public static boolean isInstalled() {
    try {
      programs();
      return true;
    } catch (IOException notThere) {
      return false;
    }
  }

  /** What a broker is told. */
  public String url() {
    return "postgresql://postgres@127.0.0.1:" + port + "/postgres";
  }

  /** One that follows this one and can be read. */
  PostgresServer standby(Path directory, Path standbyLog) throws IOException, InterruptedException {
    own(directory);
    run(
        "pg_basebackup",
        "-D",
        directory.toString(),
        "-d",
        "host=127.0.0.1 user=postgres port=" + port,
        "-R",
        "-X",
        "stream",
        "-c",
        "fast");
    PostgresServer server = new PostgresServer(bin, directory, standbyLog, freePort());
    server.start();
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** PostgreSQL refuses to run as root: what it owns is the user postgres's then. */
  private void own(Path directory) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    if (isRoot()) {
      for (Path path = directory.getParent();
          path != null && path.startsWith("/tmp");
          path = path.getParent()) {
        if (path.equals(Path.of("/tmp"))) {
          break;
        }
        run(List.of("chmod", "a+x", path.toString()));
      }
      run(List.of("chown", "postgres:", directory.toString()));
    }
    run(List.of("chmod", "700", directory.toString()));
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private List<String> command(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(
          List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
    }
    command.add(bin.resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private void run(String program, String... arguments) throws IOException, InterruptedException {
    run(command(program, arguments));
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    Process running = builder(command).start();
    if (!running.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
      running.destroyForcibly();
      throw new IOException(command + " did not end in " + COMMAND_SECONDS + " s, see " + log);
    }
    if (running.exitValue() != 0) {
      throw new IOException(command + " failed, see " + log);
    }
  }

  private ProcessBuilder builder(List<String> command) {
    return new ProcessBuilder(command)
        .directory(new File("/"))
        .redirectErrorStream(true)
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
  }

  /** Starts it; it answers on return. */
  public void start() throws IOException, InterruptedException {
    List<String> settings = new ArrayList<>();
    for (String setting : SETTINGS) {
      settings.addAll(List.of("-c", setting));
    }
    List<String> command =
        command(
            "postgres",
            "-D",
            data.toString(),
            "-p",
            Integer.toString(port),
            "-h",
            "127.0.0.1",
            "-k",
            "");
    command.addAll(settings);
    process = builder(command).start();
    Instant deadline = Instant.now().plus(READY);
    while (true) {
      try {
        ask("SELECT 1");
        return;
      } catch (SQLException e) {
        if (!process.isAlive() || Instant.now().isAfter(deadline)) {
          throw new IOException("PostgreSQL did not start, see " + log + ": " + e.getMessage(), e);
        }
        boolean unused = new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
      }
    }
  }

  int port() {
    return port;
  }

  /** A connection that bypasses what the brokers go through. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:"
            + port
            + "/postgres?user=postgres&connectTimeout=5&socketTimeout=30");
  }

  /** The first column of the first row. */
  String ask(String query) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  void tell(String statement) throws SQLException {
    try (Connection connection = connect();
        Statement told = connection.createStatement()) {
      told.execute(statement);
    }
  }

  /** Stops all its processes where they are: connections stay open, nobody answers (SIGSTOP). */
  void freeze() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Ends {@link #freeze}. */
  void thaw() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process first = Objects.requireNonNull(process, "it was started");
    // The first is the one that makes the others: once it is stopped there are no more of them.
    run(List.of("kill", name, Long.toString(first.pid())));
    for (ProcessHandle other : first.descendants().toList()) {
      try {
        run(List.of("kill", name, Long.toString(other.pid())));
      } catch (IOException e) {
        if (other.isAlive()) {
          throw e;
        }
      }
    }
  }

  /** Ends it as a crash does: its connections break. {@link #start()} brings it back. */
  public void crash() throws IOException, InterruptedException {
    run("pg_ctl", "stop", "-D", data.toString(), "-m", "immediate", "-w");
  }

  @Override
  public void close() throws IOException {
    if (process == null || !process.isAlive()) {
      return;
    }
    try {
      thaw();
      crash();
    } catch (InterruptedException e) {
      process.destroy(); // a quick end: that of a postmaster takes its children along
      Thread.currentThread().interrupt();
    }
  }
}
