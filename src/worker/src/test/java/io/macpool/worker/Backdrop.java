package io.macpool.worker;

import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * What takes long to start and stands behind all stages: a broker of jobs, simulated or a real
 * RabbitMQ, with a scheduler that publishes to it and reads from it, and a fleet of guests.
 */
final class Backdrop implements AutoCloseable {

  private final Optional<AmqpSimulator> simulated;
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

  @Override
  public void close() throws IOException {
    guests.close();
    Files.delete(homes);
    publisher.close();
    results.close();
    simulated.ifPresent(AmqpSimulator::close);
  }
}
