package io.macpool.sim.amqp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.sim.amqp.AmqpSimulator.QueueDepth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.Port;
import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.model.SystemConfig;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.model.VirtualHostNode;
import org.apache.qpid.server.model.port.AmqpPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Qpid Broker-J with everything in memory and its work directory gone when it closes. */
final class EmbeddedBroker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SystemLauncher launcher;
  private final SystemConfig<?> system;
  private final Path directory;
  private final int port;

  private EmbeddedBroker(
      SystemLauncher launcher, SystemConfig<?> system, Path directory, int port) {
    this.launcher = launcher;
    this.system = system;
    this.directory = directory;
    this.port = port;
  }

  static EmbeddedBroker start(String user, String password) {
    Path directory = temporaryDirectory();
    AtomicReference<SystemConfig<?>> resolved = new AtomicReference<>();
    SystemLauncher launcher =
        new SystemLauncher(
            new SystemLauncherListener.DefaultSystemLauncherListener() {
              @Override
              public void onContainerResolve(SystemConfig<?> config) {
                resolved.set(config);
              }
            });
    try {
      Path configuration = directory.resolve("broker.json");
      Files.writeString(configuration, configuration(user, password));
      launcher.startup(
          Map.of(
              "type",
              "Memory",
              "initialConfigurationLocation",
              configuration.toUri().toString(),
              "startupLoggedToSystemOut",
              "false",
              "context",
              Map.of(
                  "qpid.work_dir",
                  directory.toString(),
                  // RabbitMQ knows arguments that this broker does not: it must not hang up.
                  "queue.behaviourOnUnknownDeclareArgument",
                  "IGNORE",
                  // Channels per connection, as RabbitMQ has them.
                  "qpid.port.sessionCountLimit",
                  "2047",
                  // Without a limit this broker puts a rejected message back into its queue. A
                  // message that comes back with a lost connection is not counted against it.
                  "queue.maximumDeliveryAttempts",
                  "1")));
      return new EmbeddedBroker(launcher, resolved.get(), directory, boundPort(resolved.get()));
    } catch (Exception e) {
      launcher.shutdown();
      remove(directory);
      throw new IllegalStateException("the embedded AMQP broker did not start: " + e, e);
    }
  }

  /** Qpid only logs a failed start: a port that is not bound is how it shows. */
  private static int boundPort(SystemConfig<?> system) {
    if (system != null && system.getContainer() instanceof Broker<?> broker) {
      for (Port<?> port : broker.getPorts()) {
        if (port instanceof AmqpPort<?> amqp && amqp.getBoundPort() > 0) {
          return amqp.getBoundPort();
        }
      }
    }
    throw new IllegalStateException("its AMQP port is not bound; its own log says why");
  }

  private static String configuration(String user, String password) throws JsonProcessingException {
    return JSON.writeValueAsString(
        Map.of(
            "name",
            "macpool",
            "modelVersion",
            "9.1",
            "authenticationproviders",
            List.of(
                Map.of(
                    "name",
                    "users",
                    "type",
                    "Plain",
                    "secureOnlyMechanisms",
                    List.of(),
                    "users",
                    List.of(Map.of("name", user, "type", "managed", "password", password)))),
            "ports",
            List.of(
                Map.of(
                    "name",
                    "AMQP",
                    "type",
                    "AMQP",
                    "bindingAddress",
                    "127.0.0.1",
                    "port",
                    "0",
                    "authenticationProvider",
                    "users",
                    "protocols",
                    List.of("AMQP_0_9_1"),
                    "virtualhostaliases",
                    List.of(
                        Map.of("name", "nameAlias", "type", "nameAlias"),
                        Map.of("name", "defaultAlias", "type", "defaultAlias")))),
            "virtualhostnodes",
            List.of(
                Map.of(
                    "name",
                    "default",
                    "type",
                    "Memory",
                    "defaultVirtualHostNode",
                    "true",
                    "virtualHostInitialConfiguration",
                    "{\"type\":\"Memory\"}"))));
  }

  int port() {
    return port;
  }

  Optional<QueueDepth> depth(String name) {
    Broker<?> broker = (Broker<?>) system.getContainer();
    for (VirtualHostNode<?> node : broker.getVirtualHostNodes()) {
      VirtualHost<?> host = node.getVirtualHost();
      Queue<?> queue = host == null ? null : host.getChildByName(Queue.class, name);
      if (queue != null) {
        long unacked = queue.getUnacknowledgedMessages();
        long ready = Math.max(0, queue.getQueueDepthMessages() - unacked);
        return Optional.of(new QueueDepth(ready, unacked));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    try {
      launcher.shutdown();
    } catch (IllegalStateException e) {
      // While the JVM goes down the launcher can't take back its hook; that hook ends the broker.
      log.debug("the broker is ended by the JVM's shutdown", e);
    } finally {
      remove(directory);
    }
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("macpool-amqp-");
    } catch (IOException e) {
      throw new UncheckedIOException("can't make a work directory for the AMQP broker", e);
    }
  }

  private static void remove(Path directory) {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      log.warn("can't remove {}", directory, e);
    }
  }
}
