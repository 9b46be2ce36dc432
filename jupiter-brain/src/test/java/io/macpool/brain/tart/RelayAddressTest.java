package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayAddressTest {

  @Test
  void portsMayBeNamedOrNot() {
    assertThat(RelayAddress.parse("10.0.0.5")).isEqualTo(new RelayAddress("10.0.0.5", 0, 0));
    assertThat(RelayAddress.parse("10.0.0.5:20000-20099").ports()).isEqualTo(100);
    assertThat(RelayAddress.parse("[fd00::5]:20000-20000"))
        .isEqualTo(new RelayAddress("fd00::5", 20_000, 20_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0.0.0.0:1-2",
        "[::]",
        "host:22",
        "host:9-8",
        "host:0-5",
        "host:1-70000",
        "http://host"
      })
  void whatNobodyCouldDialIsRefused(String text) {
    assertThatThrownBy(() -> RelayAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
