package io.macpool.worker;

import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.RabbitMqCluster;
import io.macpool.sim.amqp.RabbitMqCluster.Node;
import io.macpool.sim.amqp.RabbitMqManagement;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;

/**
 * What takes long to start and stands behind all stages: a broker of jobs, simulated or a real
 * RabbitMQ, with a scheduler that publishes to it and reads from it, and a fleet of guests.
 */
final class Backdrop implements AutoCloseable {

  private final Optional<AmqpSimulator> simulated;
  private Optional<RabbitMqManagement> management = Optional.empty();
  private Optional<RabbitMqCluster> cluster = Optional.empty();
  private final Optional<Path> homes;
  final URI jobs;
  final ResultCollector results;
  final JobPublisher publisher;
  final GuestFleet guests;

  /** With guests of its own. */
  private Backdrop(Optional<AmqpSimulator> simulated, URI jobs) {
    this.simulated = simulated;
    this.jobs = jobs;
    results = ResultCollector.start(jobs);
    publisher = JobPublisher.connect(jobs);
    Path directory;
    try {
      directory = Files.createTempDirectory("worker-it");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    homes = Optional.of(directory);
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.71.0.1"));
  }

  /** With guests that others use, too. */
  private Backdrop(Optional<AmqpSimulator> simulated, URI jobs, GuestFleet lent) {
    this.simulated = simulated;
    this.jobs = jobs;
    results = ResultCollector.start(jobs);
    publisher = JobPublisher.connect(jobs);
    homes = Optional.empty();
    guests = lent;
  }

  static Backdrop simulated() {
    AmqpSimulator amqp = AmqpSimulator.start();
    return new Backdrop(Optional.of(amqp), amqp.uri());
  }

  /** A simulated broker of its own, with guests that others use, too. */
  static Backdrop simulated(GuestFleet lent) {
    AmqpSimulator amqp = AmqpSimulator.start();
    return new Backdrop(Optional.of(amqp), amqp.uri(), lent);
  }

  static Backdrop rabbitMq() {
    Optional<String> location = Peer.RABBITMQ.location();
    Assumptions.assumeTrue(location.isPresent(), "no RabbitMQ is given: set PEERS_RABBITMQ");
    return new Backdrop(Optional.empty(), URI.create(location.orElseThrow()));
  }

  /** A RabbitMQ's virtual host of its own, for a test that harms what others use. */
  static Backdrop ownOfRabbitMq(GuestFleet lent) {
    Optional<String> location = Peer.RABBITMQ_MANAGEMENT.location();
    Optional<String> uri = Peer.RABBITMQ.location();
    Assumptions.assumeTrue(
        uri.isPresent() && location.isPresent(), "no RabbitMQ is given: set PEERS_RABBITMQ");
    return ownOf(URI.create(uri.orElseThrow()), URI.create(location.orElseThrow()), lent);
  }

  /**
   * The same on a cluster of two nodes: workers and their scheduler are connected to the first, and
   * the queues lie on the second.
   */
  static Backdrop ownOfCluster(RabbitMqCluster cluster, String queue, GuestFleet lent) {
    String host = "test-" + UUID.randomUUID();
    RabbitMqManagement management = new RabbitMqManagement(cluster.management(Node.FIRST), host);
    management.createVirtualHost();
    URI second = on(cluster.amqp(Node.SECOND), host);
    try (JobPublisher declaring = JobPublisher.connect(second)) {
      declaring.declareQueue(ResultCollector.STATES);
      declaring.declareQueue(ResultCollector.LOGS);
      declaring.declareQueue(queue);
    }
    Backdrop own = new Backdrop(Optional.empty(), on(cluster.amqp(Node.FIRST), host), lent);
    own.management = Optional.of(management);
    own.cluster = Optional.of(cluster);
    return own;
  }

  private static URI on(URI base, String host) {
    return URI.create(
        "amqp://%s@%s:%d/%s"
            .formatted(base.getRawUserInfo(), base.getHost(), base.getPort(), host));
  }

  /** The same on this RabbitMQ. */
  static Backdrop ownOf(URI base, URI managementUri, GuestFleet lent) {
    String host = "test-" + UUID.randomUUID();
    RabbitMqManagement management = new RabbitMqManagement(managementUri, host);
    management.createVirtualHost();
    Backdrop own = new Backdrop(Optional.empty(), on(base, host), lent);
    own.management = Optional.of(management);
    return own;
  }

  /** Deletes a queue, as an operator does. */
  void deleteQueue(String queue) {
    simulated.ifPresent(amqp -> amqp.broker().deleteQueue(queue));
    management.ifPresent(api -> api.deleteQueue(queue));
  }

  /** Deletes an exchange, as an operator does. */
  void deleteExchange(String exchange) {
    simulated.ifPresent(amqp -> amqp.broker().deleteExchange(exchange));
    management.ifPresent(api -> api.deleteExchange(exchange));
  }

  /** Has a queue refuse every message, or take them again. */
  void refuse(String queue, boolean refusing) {
    Map<String, Object> full = Map.of("max-length", 0, "overflow", "reject-publish");
    if (refusing) {
      simulated.ifPresent(amqp -> amqp.broker().setPolicy("full", "^" + queue + "$", full));
      management.ifPresent(api -> api.setPolicy("full", queue, full));
    } else {
      simulated.ifPresent(amqp -> amqp.broker().clearPolicy("full"));
      management.ifPresent(api -> api.clearPolicy("full"));
    }
  }

  /** Has the node on which the durable queues lie go away. */
  void stopNode() {
    simulated.ifPresent(
        amqp -> amqp.broker().durableQueues().forEach(queue -> amqp.broker().leaderAway(queue)));
    cluster.ifPresent(nodes -> nodes.stop(Node.SECOND));
  }

  /** Brings it back. */
  void startNode() {
    simulated.ifPresent(
        amqp -> amqp.broker().durableQueues().forEach(queue -> amqp.broker().leaderBack(queue)));
    cluster.ifPresent(nodes -> nodes.start(Node.SECOND));
  }

  /** Has the broker's memory run low, or do so no more. */
  void setAlarm(boolean on) {
    simulated.ifPresent(amqp -> amqp.broker().setAlarm(on));
    cluster.ifPresent(nodes -> nodes.setAlarm(Node.FIRST, on));
  }

  /** How long a message may be held, for who connects from now on. */
  void setConsumerTimeout(Duration timeout) {
    simulated.ifPresent(amqp -> amqp.broker().setConsumerTimeout(timeout));
    cluster.ifPresent(nodes -> nodes.setConsumerTimeout(Node.FIRST, timeout));
  }

  /** The simulated broker, for what can't be done to a real one here. */
  Optional<AmqpSimulator> simulator() {
    return simulated;
  }

  @Override
  public void close() throws IOException {
    management.ifPresent(RabbitMqManagement::deleteVirtualHost);
    if (homes.isPresent()) {
      guests.close();
      Files.delete(homes.get());
    }
    publisher.close();
    results.close();
    simulated.ifPresent(AmqpSimulator::close);
  }
}
