package io.macpool.sim.amqp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;

class RabbitMqChannelContractIT extends AmqpChannelContract {

  private static URI broker;
  private static RabbitMqManagement management;

  @BeforeAll
  static void find() {
    Optional<String> uri = Peer.RABBITMQ.location();
    Optional<String> managementUri = Peer.RABBITMQ_MANAGEMENT.location();
    assumeTrue(
        uri.isPresent() && managementUri.isPresent(),
        "peer rabbitmq is not here: its contract is not tested");
    broker = URI.create(uri.get());
    management = new RabbitMqManagement(URI.create(managementUri.get()));
  }

  @Override
  URI broker() {
    return broker;
  }

  @Override
  void setPolicy(String queue, Map<String, Object> definition) {
    management.setPolicy(queue, queue, definition);
  }
}
