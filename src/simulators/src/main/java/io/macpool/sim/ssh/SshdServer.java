package io.macpool.sim.ssh;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A machine behind OpenSSH's own sshd, run by the user that we are, with its defaults: what a
 * command finds as HOME and PATH is the machine's. Needs {@code /proc}.
 */
public final class SshdServer implements RemoteShell {

  private static final Logger log = LoggerFactory.getLogger(SshdServer.class);
  private static final Path PROGRAM = Path.of("/usr/sbin/sshd");
  private static final Duration START = Duration.ofSeconds(20);
  private static final Duration END = Duration.ofSeconds(10);
  private static final long LOOK_MILLIS = 20;

  private final Process server;
  private final int port;
  private final Path bin;
  private final GuestProcesses processes;

  private SshdServer(Process server, int port, Path bin, GuestProcesses processes) {
    this.server = server;
    this.port = port;
    this.bin = bin;
    this.processes = processes;
  }

  /**
   * Starts sshd on a free port; it takes connections on return.
   *
   * @param keys whom it lets in, and what it shows
   * @param bin where the machine's own commands lie
   * @param environment of every command, beside what sshd sets
   */
  public static SshdServer start(
      GuestKeys keys, Path home, Path bin, Map<String, String> environment) {
    try {
      int port = freePort();
      Path config = configured(keys, home, port, environment);
      Process process =
          new ProcessBuilder(PROGRAM.toString(), "-D", "-e", "-f", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(config.resolveSibling("log").toFile())
              .start();
      SshdServer server =
          new SshdServer(process, port, bin, new GuestProcesses(home.toString(), home));
      server.awaitPort(config.resolveSibling("log"));
      return server;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("can't start " + PROGRAM, e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Path configured(
      GuestKeys keys, Path home, int port, Map<String, String> environment)
      throws IOException, GeneralSecurityException {
    Path directory =
        Files.createDirectories(home.resolveSibling("sshd-" + home.getFileName().toString()));
    Path host = directory.resolve("host");
    Files.createFile(
        host, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (OutputStream file = Files.newOutputStream(host)) {
      OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(keys.host(), "host", null, file);
    }
    Files.writeString(directory.resolve("authorized_keys"), keys.publicKeyLine() + "\n");
    Map<String, String> all = new TreeMap<>(environment);
    all.put(GuestProcesses.MARK, home.toString());
    List<String> words = new ArrayList<>();
    all.forEach((name, value) -> words.add(name + "=" + value));
    return Files.writeString(
        directory.resolve("config"),
        """
        ListenAddress 127.0.0.1
        Port %d
        HostKey %s
        PidFile none
        AuthorizedKeysFile %s
        StrictModes no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        UsePAM no
        PermitRootLogin prohibit-password
        SetEnv %s
        """
            .formatted(port, host, directory.resolve("authorized_keys"), String.join(" ", words)));
  }

  private void awaitPort(Path log) throws IOException {
    long end = System.nanoTime() + START.toNanos();
    while (server.isAlive() && System.nanoTime() - end < 0) {
      try (Socket probe = new Socket()) {
        probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return;
      } catch (IOException e) {
        awaitEnd(server, Duration.ofMillis(LOOK_MILLIS));
      }
    }
    server.destroyForcibly();
    throw new IOException("it takes no connections: " + Files.readString(log));
  }

  private static boolean awaitEnd(Process process, Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String user() {
    return System.getProperty("user.name");
  }

  @Override
  public Collection<String> running() {
    List<String> lines = new ArrayList<>();
    for (ProcessHandle process : processes.marked()) {
      words(process)
          .filter(words -> words.size() < 2 || !words.get(1).startsWith(bin.toString()))
          .ifPresent(words -> lines.add(process.pid() + " " + String.join(" ", words)));
    }
    return lines;
  }

  private static Optional<List<String>> words(ProcessHandle process) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      String line = Files.readString(file, StandardCharsets.ISO_8859_1);
      return line.isEmpty() ? Optional.empty() : Optional.of(List.of(line.split("\0", -1)));
    } catch (IOException e) {
      return Optional.empty(); // it has ended
    }
  }

  /** The processes of sshd that serve somebody. */
  private List<ProcessHandle> sessions() {
    return server
        .descendants()
        .filter(
            process -> words(process).filter(words -> words.get(0).startsWith("sshd")).isPresent())
        .toList();
  }

  @Override
  public void cut() {
    sessions().forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void hang(boolean now) {
    List<String> line = new ArrayList<>(List.of("kill", now ? "-STOP" : "-CONT"));
    line.add(Long.toString(server.pid()));
    sessions().forEach(process -> line.add(Long.toString(process.pid())));
    try {
      if (!awaitEnd(new ProcessBuilder(line).start(), END)) {
        throw new IllegalStateException("kill does not end");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't stop sshd", e);
    }
  }

  @Override
  public void killCommands() {
    processes.killAll(List.of());
  }

  @Override
  public void close() {
    server.destroyForcibly();
    cut();
    killCommands();
    if (!awaitEnd(server, END)) {
      log.warn("sshd did not end");
    }
  }
}
