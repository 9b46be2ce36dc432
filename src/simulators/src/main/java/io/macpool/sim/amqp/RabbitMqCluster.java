package io.macpool.sim.amqp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.macpool.service.ProcessTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two nodes of a real RabbitMQ that are ours alone, so that one can be stopped and started: from
 * Debian's package, on free loopback ports, with a directory of their own. Starting takes some ten
 * seconds.
 */
public final class RabbitMqCluster implements AutoCloseable {

  /** A node. */
  public enum Node {
    FIRST,
    SECOND
  }

  private record Ports(int amqp, int management, int distribution) {}

  private static final Path SERVER = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");
  private static final Path CONTROL = Path.of("/usr/lib/rabbitmq/bin/rabbitmqctl");
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration CALL = Duration.ofMinutes(1);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Path home;
  private final int mapper = freePort();
  private final Map<Node, Ports> ports = Map.of(Node.FIRST, ports(), Node.SECOND, ports());
  private final List<Process> processes = new ArrayList<>();
  private final Map<Node, Process> servers = new EnumMap<>(Node.class);
  private final Map<Node, Duration> consumerTimeouts = new EnumMap<>(Node.class);

  private RabbitMqCluster(Path home) {
    this.home = home;
  }

  /** Whether there is a RabbitMQ to start. */
  public static boolean isInstalled() {
    return Files.isExecutable(SERVER) && Files.isExecutable(CONTROL);
  }

  /**
   * Starts both nodes.
   *
   * @throws IllegalStateException if they do not come up, with the end of what they said
   */
  public static RabbitMqCluster start() {
    RabbitMqCluster cluster;
    try {
      cluster = new RabbitMqCluster(Files.createTempDirectory("rabbitmq-cluster-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      cluster.writeCookie();
      cluster.startMapper();
      cluster.startNode(Node.FIRST);
      cluster.startNode(Node.SECOND);
      return cluster;
    } catch (IOException e) {
      cluster.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  public URI amqp(Node node) {
    return URI.create("amqp://guest:guest@127.0.0.1:" + ports(node).amqp() + "/%2F");
  }

  public URI management(Node node) {
    return URI.create("http://guest:guest@127.0.0.1:" + ports(node).management());
  }

  /**
   * Stops a node; what lies on it alone is out of reach. One that hangs while it closes its
   * connections, as 3.10 was seen to do on a busy machine, is killed.
   */
  public void stop(Node node) {
    try {
      control(node, "stop_app");
    } catch (IllegalStateException hangs) {
      Process server = server(node);
      List<ProcessHandle> machine = server.descendants().toList();
      ProcessTree.kill(server);
      machine.forEach(process -> process.onExit().orTimeout(CALL.toSeconds(), SECONDS).join());
    }
  }

  /** Starts it again, with all that it had. */
  public void start(Node node) {
    if (server(node).isAlive()) {
      control(node, "start_app");
      return;
    }
    try {
      launch(node);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Optional.ofNullable(consumerTimeouts.get(node))
        .ifPresent(timeout -> setConsumerTimeout(node, timeout));
  }

  /** Has a node believe that its memory runs low, or that it does so no more. */
  public void setAlarm(Node node, boolean on) {
    control(node, "set_vm_memory_high_watermark", on ? "0.00001" : "0.9");
  }

  /** How long a message may be held, on channels of this node that are opened from now on. */
  public void setConsumerTimeout(Node node, Duration timeout) {
    consumerTimeouts.put(node, timeout);
    control(
        node,
        "eval",
        "application:set_env(rabbit, consumer_timeout, %d).".formatted(timeout.toMillis()));
  }

  private Ports ports(Node node) {
    return Objects.requireNonNull(ports.get(node), "each node has its ports");
  }

  private Process server(Node node) {
    return Objects.requireNonNull(servers.get(node), "each node was launched");
  }

  private void writeCookie() throws IOException {
    Path cookie = Files.writeString(home.resolve(".erlang.cookie"), "CLUSTEROFTWO");
    Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
  }

  private void startMapper() throws IOException {
    try (Stream<Path> found = Files.walk(Path.of("/usr/lib/erlang"), 3)) {
      Path program =
          found
              .filter(file -> file.endsWith("bin/epmd") && Files.isExecutable(file))
              .max(Comparator.naturalOrder())
              .orElseThrow(() -> new IllegalStateException("Erlang's port mapper is not there"));
      run("mapper", List.of(program.toString(), "-port", Integer.toString(mapper)), Map.of());
    }
    awaitPort(mapper, "mapper");
  }

  private void startNode(Node node) throws IOException {
    Path own = Files.createDirectory(home.resolve(name(node)));
    Ports its = ports(node);
    Files.writeString(
        own.resolve("rabbitmq.conf"),
        """
        listeners.tcp.1 = 127.0.0.1:%d
        management.tcp.ip = 127.0.0.1
        management.tcp.port = %d
        disk_free_limit.absolute = 10MB
        cluster_formation.peer_discovery_backend = classic_config
        cluster_formation.classic_config.nodes.1 = %s
        """
            .formatted(its.amqp(), its.management(), address(Node.FIRST)));
    Files.writeString(
        own.resolve("advanced.config"), "[{rabbit, [{channel_tick_interval, 500}]}].\n");
    Files.writeString(own.resolve("enabled_plugins"), "[rabbitmq_management].\n");
    launch(node);
  }

  private void launch(Node node) throws IOException {
    Path own = home.resolve(name(node));
    Ports its = ports(node);
    run(
        name(node),
        List.of(SERVER.toString()),
        Map.of(
            "RABBITMQ_NODENAME", address(node),
            "RABBITMQ_DIST_PORT", Integer.toString(its.distribution()),
            "RABBITMQ_MNESIA_BASE", own.resolve("mnesia").toString(),
            "RABBITMQ_LOG_BASE", own.resolve("log").toString(),
            "RABBITMQ_CONFIG_FILE", own.resolve("rabbitmq.conf").toString(),
            "RABBITMQ_ADVANCED_CONFIG_FILE", own.resolve("advanced.config").toString(),
            "RABBITMQ_ENABLED_PLUGINS_FILE", own.resolve("enabled_plugins").toString(),
            "RABBITMQ_PID_FILE", own.resolve("pid").toString(),
            "RABBITMQ_GENERATED_CONFIG_DIR", own.resolve("generated").toString()));
    servers.put(node, processes.get(processes.size() - 1));
    awaitPort(its.management(), name(node));
  }

  private static String name(Node node) {
    return node == Node.FIRST ? "first" : "second";
  }

  /** Unique among all that share a mapper, which is nobody, and in what the nodes log. */
  private String address(Node node) {
    return name(node) + "-" + mapper + "@localhost";
  }

  private ProcessBuilder builder(String name, List<String> command, Map<String, String> more) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve(name + ".out").toFile());
    builder.environment().put("HOME", home.toString());
    builder.environment().put("ERL_EPMD_PORT", Integer.toString(mapper));
    builder.environment().put("ERL_EPMD_ADDRESS", "127.0.0.1");
    builder.environment().putAll(more);
    return builder;
  }

  private void run(String name, List<String> command, Map<String, String> more) throws IOException {
    processes.add(builder(name, command, more).start());
  }

  private void control(Node node, String... arguments) {
    List<String> command = new ArrayList<>(List.of(CONTROL.toString(), "-n", address(node)));
    command.addAll(List.of(arguments));
    try {
      Process call = builder("control", command, Map.of()).start();
      if (!call.waitFor(CALL.toSeconds(), SECONDS)) {
        ProcessTree.kill(call);
        throw new IllegalStateException(command + " did not end within " + CALL.toSeconds() + " s");
      }
      if (call.exitValue() != 0) {
        throw new IllegalStateException(command + " failed: " + said("control"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted: " + command, e);
    }
  }

  private String said(String name) throws IOException {
    String all = Files.readString(home.resolve(name + ".out"));
    return all.substring(Math.max(0, all.length() - 2_000));
  }

  private void awaitPort(int port, String name) throws IOException {
    Process process = processes.get(processes.size() - 1);
    long deadline = System.nanoTime() + START.toNanos();
    while (process.isAlive() && System.nanoTime() - deadline < 0) {
      if (isOpen(port)) {
        return;
      }
      pause(process);
    }
    throw new IllegalStateException("RabbitMQ's " + name + " did not come up: " + said(name));
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void pause(Process process) {
    try {
      boolean unused = process.waitFor(LOOK.toMillis(), MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while RabbitMQ started", e);
    }
  }

  private static Ports ports() {
    return new Ports(freePort(), freePort(), freePort());
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    for (int i = processes.size() - 1; i >= 0; i--) {
      end(processes.get(i));
    }
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what RabbitMQ left could not be deleted", e);
    }
  }

  /** The server's script starts the machine as a child of its own. */
  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    children.forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(10, SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    children.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
  }
}
