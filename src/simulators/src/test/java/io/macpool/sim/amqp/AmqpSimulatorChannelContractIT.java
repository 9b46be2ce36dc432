package io.macpool.sim.amqp;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class AmqpSimulatorChannelContractIT extends AmqpChannelContract {

  private static AmqpSimulator simulator;

  @BeforeAll
  static void start() {
    simulator = AmqpSimulator.start();
  }

  @AfterAll
  static void stop() {
    simulator.close();
  }

  @Override
  URI broker() {
    return simulator.uri();
  }

  @Override
  void setPolicy(String queue, Map<String, Object> definition) {
    simulator.broker().setPolicy(queue, "^" + queue + "$", definition);
  }
}
