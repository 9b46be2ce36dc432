package io.macpool.sim.amqp;

import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class AmqpSimulatorLimitsContractIT extends AmqpLimitsContract {

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
}
