package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeclarationsTest {

  private static boolean isAbsent(int code, String text) {
    AMQP.Channel.Close close =
        new AMQP.Channel.Close.Builder().replyCode(code).replyText(text).build();
    return Declarations.isAbsent(
        new IOException(new ShutdownSignalException(false, false, close, null)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NOT_FOUND - no queue 'builds.mac' in vhost '/'",
        "NOT_FOUND - no exchange 'reporting' in vhost '/'"
      })
  void whatIsNotThereIsAbsent(String text) {
    assertThat(isAbsent(404, text)).isTrue();
  }

  /**
   * A queue that is there holds a job's end, perhaps; who takes it for absent runs the job again.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "NOT_FOUND - home node 'a@b' of durable queue 'q' in vhost '/' is down or inaccessible",
        "NOT_FOUND - failed to perform operation on queue 'q' in vhost '/' due to timeout",
        "NOT_FOUND - queue 'q' in vhost '/' process is stopped by supervisor",
        "NOT_FOUND - queue 'q' in vhost '/' has crashed and failed to restart"
      })
  void whatIsOutOfReachIsNotAbsent(String text) {
    assertThat(isAbsent(404, text)).isFalse();
  }

  @Test
  void anotherRefusalOrALostConnectionIsNoAnswer() {
    assertThat(isAbsent(405, "RESOURCE_LOCKED - cannot obtain exclusive access")).isFalse();
    assertThat(Declarations.isAbsent(new IOException("reset"))).isFalse();
  }
}
