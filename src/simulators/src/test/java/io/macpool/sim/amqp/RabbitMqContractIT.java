package io.macpool.sim.amqp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;

class RabbitMqContractIT extends AmqpContract {

  private static URI broker;
  private static URI management;

  @BeforeAll
  static void find() {
    Optional<String> uri = Peer.RABBITMQ.location();
    Optional<String> managementUri = Peer.RABBITMQ_MANAGEMENT.location();
    assumeTrue(
        uri.isPresent() && managementUri.isPresent(),
        "peer rabbitmq is not here: its contract is not tested");
    broker = URI.create(uri.get());
    management = URI.create(managementUri.get());
  }

  @Override
  URI broker() {
    return broker;
  }

  @Override
  URI management() {
    return management;
  }
}
