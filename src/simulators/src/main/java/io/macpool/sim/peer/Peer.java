package io.macpool.sim.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

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
  KUBERNETES,
  /** The program. */
  KUBECTL,
  /** The program: see {@link Promtool}. */
  PROMTOOL,
  /** The program that turns a model into its checker, which {@code gcc} compiles. */
  SPIN,
  /** The directory of a JDK that Fray controls, and of its agents. */
  FRAY,
  /** The program that answers for kustomize, Flux' libraries, SOPS and Helm. */
  GITOPS,
  /** The WebDriver program of Chromium, which finds its browser itself. */
  BROWSER,
  /** The program that plays GitHub's runner scale sets. */
  SCALESET_EMULATOR;

  /**
   * Where it is; empty if there is none here, and none is required. A peer that is here counts as
   * tested from then on.
   */
  public Optional<String> location() {
    Optional<String> location = find();
    location.ifPresent(found -> report());
    return location;
  }

  Optional<String> find() {
    Optional<String> location = setting(name());
    if (location.isEmpty() && isRequired()) {
      throw new IllegalStateException(
          "the peer "
              + label()
              + " is required here, but nothing says where it is: .ci/peers/run starts it and sets"
              + " PEERS_"
              + name());
    }
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

  /** Whether this run is not to pass without it. */
  public boolean isRequired() {
    return setting("REQUIRED").stream()
        .flatMap(names -> Arrays.stream(names.split(",", -1)))
        .anyMatch(required(name())::equals);
  }

  /** Its name as properties have it: {@code rabbitmq-management}. */
  public String label() {
    return required(name());
  }

  /**
   * Notes that it was asked for and is here: for the build, which tells at its end, and for whoever
   * started the peers.
   */
  private void report() {
    Stream.of(System.getProperty("peers.report"), System.getenv("PEERS_REPORT"))
        .filter(file -> file != null && !file.isBlank())
        .map(Path::of)
        .forEach(this::append);
  }

  private void append(Path file) {
    try {
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
      Files.writeString(file, label() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("can't report a tested peer to " + file, e);
    }
  }
}
