package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.AMQImpl;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsumerTimeoutTest {

  @Test
  void isReadFromWhatTheBrokerSays() {
    assertThat(
            limit(
                "PRECONDITION_FAILED - delivery acknowledgement on channel 3 timed out. Timeout"
                    + " value used: 1800000 ms. This timeout value can be configured"))
        .contains(Duration.ofMinutes(30));
  }

  @Test
  void isNotReadFromAnythingElse() {
    assertThat(limit("PRECONDITION_FAILED - unknown delivery tag 7")).isEmpty();
  }

  private static Optional<Duration> limit(String text) {
    AMQP.Channel.Close close = new AMQImpl.Channel.Close(406, text, 0, 0);
    return ConsumerTimeout.of(new ShutdownSignalException(false, false, close, null));
  }
}
