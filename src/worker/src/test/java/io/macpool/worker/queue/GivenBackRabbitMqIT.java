package io.macpool.worker.queue;

import io.macpool.sim.peer.Peer;
import org.junit.jupiter.api.Assumptions;

/** On a real RabbitMQ, where one is given. */
class GivenBackRabbitMqIT extends GivenBackIT {

  @Override
  String broker() {
    Assumptions.assumeTrue(
        Peer.RABBITMQ.location().isPresent(), "no RabbitMQ is given: set PEERS_RABBITMQ");
    return Peer.RABBITMQ.location().orElseThrow();
  }
}
