package io.macpool.sim.amqp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;

class RabbitMqLimitsContractIT extends AmqpLimitsContract {

  private static URI broker;

  @BeforeAll
  static void find() {
    Optional<String> uri = Peer.RABBITMQ.location();
    assumeTrue(uri.isPresent(), "peer rabbitmq is not here: its contract is not tested");
    broker = URI.create(uri.get());
  }

  @Override
  URI broker() {
    return broker;
  }
}
