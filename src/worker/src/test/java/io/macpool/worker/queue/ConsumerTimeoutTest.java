package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsumerTimeoutTest {

  @ParameterizedTest
  @CsvSource({
    "3.8.16, false",
    "3.8.17, true",
    "3.10.8, true",
    "4.1.0-rc.1, true",
    "unknown, false"
  })
  void knowsWhichVersionsHaveOne(String version, boolean has) {
    assertThat(ConsumerTimeout.hasTimeout(version)).isEqualTo(has);
  }
}
