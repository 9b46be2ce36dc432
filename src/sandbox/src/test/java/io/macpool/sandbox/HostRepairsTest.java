package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.HostInfo;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostRepairsTest {

  private final HostRepairs repairs = new HostRepairs(null, () -> 1, null);

  private static HostInfo host(String id, String hygiene) {
    return new HostInfo(
        HostInfo.TYPE,
        id,
        id,
        "ready",
        null,
        2,
        0,
        0,
        2,
        null,
        null,
        null,
        hygiene,
        null,
        null,
        null);
  }

  @Test
  void eachRepairIsCountedOnceHoweverOftenItIsSeen() throws Exception {
    repairs.take(List.of(host("a", null), host("b", null)));
    assertThat(repairs.awaitOne(Duration.ofMillis(1))).isFalse();
    for (String phase : List.of("draining", "draining", "rebooting", "probing", "watched")) {
      repairs.take(List.of(host("a", null), host("b", phase)));
    }
    repairs.take(List.of(host("a", null), host("b", "watched")));
    assertThat(repairs.awaitOne(Duration.ofMillis(1))).isTrue();
    assertThat(repairs.line())
        .isEqualTo("hosts: 1 repairs begun, 1 reboots, 1 taken back, at least 50 % in service");
  }

  @Test
  void noAnswerIsNoOutage() {
    repairs.take(List.of());
    assertThat(repairs.line()).endsWith("at least 100 % in service");
  }
}
