package io.macpool.sim.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A part that others wrote, which a machine may have: told of by the system property {@code
 * peers.NAME} or the environment variable {@code PEERS_NAME}.
 *
 * <p>{@code peers.required} ({@code PEERS_REQUIRED}) names, with commas, those that must be there:
 * a test that asks for one of them fails where else it would be skipped.
 */
public enum Peer {
  /** An AMQP URI. */
  RABBITMQ,
  /** The HTTP URI of RabbitMQ's management interface. */
  RABBITMQ_MANAGEMENT,
  /** A {@code postgresql://} URI of a database that may be filled. */
  POSTGRESQL,
  /** {@code ssh://USER@HOST:PORT?key=FILE}. */
  SSHD,
  /** The program of govmomi's simulator: see {@link VcsimProcess}. */
  VCSIM,
  /** A kubeconfig file of an administrator. */
  KUBERNETES;

  /** Where it is; empty if there is none here, and none is required. */
  public Optional<String> location() {
    Optional<String> location = setting(name());
    boolean required =
        setting("REQUIRED").stream()
            .flatMap(names -> Arrays.stream(names.split(",", -1)))
            .anyMatch(required(name())::equals);
    if (location.isEmpty() && required) {
      throw new IllegalStateException(
          "the peer " + required(name()) + " is required here, but nothing says where it is");
    }
    location.ifPresent(found -> report());
    return location;
  }

  private static String required(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Optional<String> setting(String name) {
    String property = System.getProperty("peers." + required(name));
    String value = property != null ? property : System.getenv("PEERS_" + name);
    return Optional.ofNullable(value).filter(text -> !text.isBlank());
  }

  /** Whoever started the peers learns which were asked for, to say it at the end. */
  private void report() {
    String file = System.getenv("PEERS_REPORT");
    if (file != null) {
      try {
        Files.writeString(
            Path.of(file),
            required(name()) + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException("can't report a tested peer to " + file, e);
      }
    }
  }
}
