package io.macpool.worker;

import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** On a real RabbitMQ, where one is given. */
class RedeliveryRabbitMqIT extends RedeliveryContract {

  @Override
  Optional<URI> broker() {
    Optional<String> location = Peer.RABBITMQ.location();
    Assumptions.assumeTrue(location.isPresent(), "no RabbitMQ is given: set PEERS_RABBITMQ");
    return location.map(URI::create);
  }
}
