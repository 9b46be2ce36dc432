package io.macpool.cli.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.Forecast;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingLineTest {

  private static String words(Forecast forecast, Capacity.Waiting... waiting) {
    Capacity capacity =
        new Capacity(
            "capacity",
            "pool",
            new Capacity.Slots(4, 4, 0, 0),
            List.of(),
            List.of(),
            List.of(),
            List.of(waiting),
            forecast);
    return WaitingLine.of(capacity).orElseThrow().words();
  }

  @Test
  void whoWaitsIsToldForHowLong() {
    Forecast forecast = new Forecast(Duration.ofSeconds(40), Duration.ofSeconds(130), null);
    assertThat(words(forecast, new Capacity.Waiting("ci", 2)))
        .isEqualTo(
            "in line, owners in turn: ci 2; a Mac is likely within 40s, and almost surely within"
                + " 2m10s");
  }

  @Test
  void whatNobodyCanSayIsSaidWithItsReason() {
    assertThat(words(new Forecast(null, null, "2 run times are known, 5 are needed")))
        .isEqualTo(
            "nobody else is in line; how long it takes is unknown: 2 run times are known, 5 are"
                + " needed");
  }

  @Test
  void aBrokerThatForetellsNothingIsNoReason() {
    assertThat(words(null)).isEqualTo("nobody else is in line; how long it takes is unknown");
  }
}
