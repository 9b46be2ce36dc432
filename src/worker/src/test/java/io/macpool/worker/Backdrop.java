package io.macpool.worker;

import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
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
  private final Path homes;
  final URI jobs;
  final ResultCollector results;
  final JobPublisher publisher;
  final GuestFleet guests;

  private Backdrop(Optional<AmqpSimulator> simulated, URI jobs) {
    this.simulated = simulated;
    this.jobs = jobs;
    results = ResultCollector.start(jobs);
    publisher = JobPublisher.connect(jobs);
    try {
      homes = Files.createTempDirectory("worker-it");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(homes.resolve("guests")).withFirstAddress("127.71.0.1"));
  }

  static Backdrop simulated() {
    AmqpSimulator amqp = AmqpSimulator.start();
    return new Backdrop(Optional.of(amqp), amqp.uri());
  }

  static Backdrop rabbitMq() {
    Optional<String> location = Peer.RABBITMQ.location();
    Assumptions.assumeTrue(location.isPresent(), "no RabbitMQ is given: set PEERS_RABBITMQ");
    return new Backdrop(Optional.empty(), URI.create(location.orElseThrow()));
  }

  /** A RabbitMQ's virtual host of its own, for a test that harms what others use. */
  static Backdrop ownOfRabbitMq() {
    Optional<String> location = Peer.RABBITMQ_MANAGEMENT.location();
    Optional<String> uri = Peer.RABBITMQ.location();
    Assumptions.assumeTrue(
        uri.isPresent() && location.isPresent(), "no RabbitMQ is given: set PEERS_RABBITMQ");
    String host = "test-" + UUID.randomUUID();
    RabbitMqManagement management =
        new RabbitMqManagement(URI.create(location.orElseThrow()), host);
    management.createVirtualHost();
    URI base = URI.create(uri.orElseThrow());
    Backdrop own =
        new Backdrop(
            Optional.empty(),
            URI.create(
                "amqp://%s@%s:%d/%s"
                    .formatted(base.getRawUserInfo(), base.getHost(), base.getPort(), host)));
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

  /** The simulated broker, for what can't be done to a real one here. */
  Optional<AmqpSimulator> simulator() {
    return simulated;
  }

  @Override
  public void close() throws IOException {
    management.ifPresent(RabbitMqManagement::deleteVirtualHost);
    guests.close();
    Files.delete(homes);
    publisher.close();
    results.close();
    simulated.ifPresent(AmqpSimulator::close);
  }
}
