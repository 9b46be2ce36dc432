package io.macpool.sim.amqp;

import io.macpool.sim.amqp.rabbit.RabbitBroker;
import io.macpool.sim.net.TcpGate;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An AMQP 0-9-1 broker in this JVM, on a loopback port, for one user with a password of its own.
 * Its queues and messages live as long as it does: {@link #stop} and {@link #resume} are what a
 * restart of a durable broker looks like to its clients.
 */
public final class AmqpSimulator implements AutoCloseable {

  private static final String USER = "guest";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final RabbitBroker broker;
  private final TcpGate gate;
  private final ManagementApi management;
  private final String password;

  private AmqpSimulator(
      RabbitBroker broker, TcpGate gate, ManagementApi management, String password) {
    this.broker = broker;
    this.gate = gate;
    this.management = management;
    this.password = password;
  }

  /** Messages of a queue: waiting, and handed out but not acked yet. */
  public record QueueDepth(long ready, long unacked) {}

  /** Starts on a free port. */
  public static AmqpSimulator start() {
    return start(0);
  }

  /**
   * Starts on {@code 127.0.0.1:port}; 0 takes a free one.
   *
   * @throws IllegalStateException if the port can't be had
   */
  public static AmqpSimulator start(int port) {
    String password = randomPassword();
    RabbitBroker broker = RabbitBroker.start(USER, password);
    TcpGate gate = null;
    try {
      gate = TcpGate.open("127.0.0.1", broker.port(), port);
      ManagementApi management = ManagementApi.start(USER, password, queue -> depth(broker, queue));
      return new AmqpSimulator(broker, gate, management, password);
    } catch (RuntimeException e) {
      if (gate != null) {
        gate.close();
      }
      broker.close();
      throw e;
    }
  }

  private static String randomPassword() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** The URI to connect with, password included; the virtual host is {@code /}. */
  public URI uri() {
    return uri(gate.port());
  }

  /**
   * The same broker past all outages: for a test's own scheduler, whose lost or doubled messages
   * would pass for the system's.
   */
  public URI steadyUri() {
    return uri(broker.port());
  }

  private URI uri(int port) {
    return URI.create("amqp://" + USER + ":" + password + "@127.0.0.1:" + port);
  }

  /**
   * Where {@code GET /api/queues/%2F/NAME} answers as RabbitMQ's management plugin does,
   * credentials included.
   */
  public URI managementUrl() {
    return URI.create("http://" + USER + ":" + password + "@127.0.0.1:" + management.port());
  }

  public int port() {
    return gate.port();
  }

  /** What the queue holds; empty if there is no such queue. */
  public Optional<QueueDepth> depth(String queue) {
    return depth(broker, queue);
  }

  private static Optional<QueueDepth> depth(RabbitBroker broker, String queue) {
    OptionalLong ready = broker.ready(queue);
    return ready.isPresent()
        ? Optional.of(new QueueDepth(ready.getAsLong(), broker.unacked(queue)))
        : Optional.empty();
  }

  /** What operators and fate do to it. */
  public RabbitBroker broker() {
    return broker;
  }

  /** Connections of clients that are open now. */
  public int connections() {
    return gate.connections();
  }

  /** Cuts every connection; unacked messages go back to their queues, new clients are let in. */
  public void dropConnections() {
    gate.cut();
  }

  /**
   * Cuts every connection and refuses new ones until {@link #resume}; queues keep their content.
   */
  public void stop() {
    gate.stop();
  }

  /** Lets clients in again after {@link #stop}, on the same port. */
  public void resume() {
    gate.start();
  }

  /** While true no byte passes either way and no connection is closed: a network gone silent. */
  public void stall(boolean silent) {
    gate.stall(silent);
  }

  @Override
  public void close() {
    management.close();
    gate.close();
    broker.close();
  }
}
