package io.macpool.worker.job.wrapper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.core.fleet.Endpoint;
import io.macpool.guest.ssh.GuestKey;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.guest.ssh.GuestSessions;
import io.macpool.guest.ssh.HostKeyPin;
import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A real OpenSSH with users of its own, in mount and PID namespaces of its own: what its users
 * fill, remove and kill is theirs, and everything ends with it.
 */
final class OpenSshGuests implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int FIRST_UID = 21_000;
  private static final int MOST_TRIES = 5;

  /** How much a user's disk holds. */
  static final int DISK = 1 << 20;

  private final Path directory;
  private final int port;
  private final Process process;
  private final Path root;
  private final GuestKey key;
  private final ExecutorService threads = Executors.newFixedThreadPool(6);
  private final Map<String, GuestSessions> clients = new ConcurrentHashMap<>();
  private final Map<String, Integer> uids = new ConcurrentHashMap<>();

  /**
   * Starts one.
   *
   * @param users login shells by name; each has an empty home, on a disk of its own of {@link
   *     #DISK} bytes
   * @param setUp run as root before the server starts, with the homes there
   * @param config lines for sshd_config
   */
  static OpenSshGuests start(Map<String, String> users, String setUp, String... config) {
    Optional<String> location = Peer.SSHD.location();
    Assumptions.assumeTrue(location.isPresent(), "no sshd is given: set PEERS_SSHD");
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "namespaces and users need root");
    users
        .values()
        .forEach(
            shell ->
                Assumptions.assumeTrue(
                    Files.isExecutable(Path.of(shell)), "there is no " + shell + " here"));
    String key = URI.create(location.orElseThrow()).getQuery().replaceFirst("^key=", "");
    for (int tries = 1; ; tries++) {
      try {
        return new OpenSshGuests(users, Path.of(key), setUp, List.of(config));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (IllegalStateException e) {
        // A port that was free a moment ago may be another's by now.
        if (tries == MOST_TRIES || !e.getMessage().contains("Address already in use")) {
          throw e;
        }
      }
    }
  }

  private OpenSshGuests(Map<String, String> users, Path key, String setUp, List<String> config)
      throws IOException {
    directory = Files.createTempDirectory("openssh-guests");
    port = freePort();
    this.key = GuestKey.load(key, Optional.empty());
    List<String> passwd = new ArrayList<>(Files.readAllLines(Path.of("/etc/passwd")));
    List<String> commands = new ArrayList<>();
    int uid = FIRST_UID;
    for (Map.Entry<String, String> user : users.entrySet()) {
      String home = home(user.getKey());
      passwd.add("%s:*:%d:%d::%s:%s".formatted(user.getKey(), uid, uid, home, user.getValue()));
      String disk = home.substring(0, home.lastIndexOf('/'));
      commands.add("mkdir " + disk);
      commands.add(
          "mount -t tmpfs -o size=%d,mode=755,uid=%d,gid=%d none %s"
              .formatted(DISK, uid, uid, disk));
      commands.add("mkdir -m 755 %s && chown %d:%d %s".formatted(home, uid, uid, home));
      uids.put(user.getKey(), uid);
      uid++;
    }
    Files.write(directory.resolve("passwd"), passwd);
    Path authorized = key.resolveSibling("authorized_keys");
    List<String> settings =
        new ArrayList<>(
            List.of(
                "ListenAddress 127.0.0.1",
                "Port " + port,
                "HostKey " + key.resolveSibling("host"),
                "PidFile none",
                "AuthorizedKeysFile /home/authorized_keys",
                "StrictModes no",
                "UsePAM no",
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "PrintMotd no"));
    settings.addAll(0, config); // the first of two counts
    if (config.stream().noneMatch(line -> line.startsWith("MaxStartups"))) {
      settings.add("MaxStartups 200:30:300");
    }
    Files.write(directory.resolve("config"), settings);
    List<String> script =
        new ArrayList<>(
            List.of(
                "set -e",
                "mount -t tmpfs -o size=64m,mode=755 none /home",
                "mount -t tmpfs -o size=400m,mode=1777 none /dev/shm",
                "mount -t tmpfs -o size=64m,mode=1777 none /var/tmp",
                "mount --bind %s/passwd /etc/passwd".formatted(directory),
                "cat /proc/sys/kernel/random/boot_id > %s/boot".formatted(directory),
                "mount --bind %s/boot /proc/sys/kernel/random/boot_id".formatted(directory),
                // sshd reads it as the user who logs in.
                "install -m 644 %s /home/authorized_keys".formatted(authorized),
                "mkdir -p /run/sshd"));
    script.addAll(commands);
    script.add(setUp);
    script.add("exec /usr/sbin/sshd -D -e -f " + directory.resolve("config"));
    Files.write(directory.resolve("start"), script);
    process =
        new ProcessBuilder(
                List.of(
                    "unshare",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "--mount-proc",
                    "sh",
                    directory.resolve("start").toString()))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException(Files.readString(directory.resolve("log")));
              }
              return Files.readString(directory.resolve("log")).contains("Server listening");
            });
    long first = process.children().findFirst().orElseThrow().pid();
    root = Path.of("/proc/" + first + "/root");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  GuestKey key() {
    return key;
  }

  /** What runs for a user now, a line each: why a script that hangs does so. */
  String processes(String user) {
    try {
      Process ps =
          new ProcessBuilder("ps", "-o", "pid,ppid,stat,wchan:24,args", "-u", "" + uids.get(user))
              .redirectErrorStream(true)
              .start();
      return new String(ps.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What sshd has said. */
  String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where a user's files are: a directory that the user may remove, too. */
  static String home(String user) {
    return "/home/" + user + "/home";
  }

  /** Gives a user a new home with this file in it, all of which is the user's. */
  void renewHome(String user, String file, String content) {
    Path home = at(home(user));
    try {
      delete(home);
      Files.createDirectories(home.resolve(file).getParent());
      Files.writeString(home.resolve(file), content);
      try (Stream<Path> all = Files.walk(home)) {
        for (Path each : all.toList()) {
          Files.setAttribute(each, "unix:uid", uids.get(user));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a file or directory within, if it is there. */
  void remove(String path) {
    try {
      delete(at(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> found = Files.walk(path)) {
      for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** A path within. */
  Path at(String path) {
    return root.resolve(path.substring(1));
  }

  /** Writes a file within, readable by everybody. */
  void write(String path, String content) {
    try {
      Path file = at(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on the machine's start has another name. */
  void pretendReboot() {
    try {
      Files.writeString(directory.resolve("boot"), "another-boot\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A session of a user. */
  GuestSession connect(String user) {
    return connect(user, PATIENCE).join();
  }

  /** A session of a user, whose login may take so long. */
  CompletableFuture<GuestSession> connect(String user, Duration login) {
    GuestSessions client =
        clients.computeIfAbsent(
            user, name -> GuestSessions.start(key, name, port, Duration.ofSeconds(10), threads));
    return client.connect(Endpoint.of("127.0.0.1"), new HostKeyPin(), PATIENCE, login);
  }

  @Override
  public void close() {
    clients.values().forEach(GuestSessions::close);
    threads.shutdownNow();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      for (String file : List.of("passwd", "config", "start", "log", "boot")) {
        Files.deleteIfExists(directory.resolve(file));
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
