package io.macpool.worker;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** On a real RabbitMQ that others use, too: what would befall these as well is for the cluster. */
@Tag(Stage.RABBITMQ)
class MishapMatrixRabbitMqIT extends MishapMatrixIT {

  @Override
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NODE_AWAY", "ALARM", "CONSUMER_TIMEOUT"})
  void losesNoJobAndRunsNoneTwice(BrokerMishap mishap) throws IOException {
    befall(mishap);
  }
}
