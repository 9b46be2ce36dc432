package io.macpool.worker;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On two nodes of a real RabbitMQ: what befalls a whole node, one after the other. */
@Tag(Stage.CLUSTER)
@Execution(ExecutionMode.SAME_THREAD)
class MishapMatrixClusterIT extends MishapMatrixIT {

  @Override
  @ParameterizedTest
  @EnumSource(names = {"NODE_AWAY", "ALARM", "CONSUMER_TIMEOUT"})
  void losesNoJobAndRunsNoneTwice(BrokerMishap mishap) throws IOException {
    befall(mishap);
  }
}
