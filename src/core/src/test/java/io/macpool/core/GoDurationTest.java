package io.macpool.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {

  @ParameterizedTest
  @CsvSource({
    "3m30s,PT3M30S",
    "1.5h,PT1H30M",
    "500ms,PT0.5S",
    "0,PT0S",
    "-1m,PT-1M",
    "+.5s,PT0.5S",
    "1h2m3.5s,PT1H2M3.5S",
    "7us,PT0.000007S",
    "100ns,PT0.0000001S",
    "2h30m,PT2H30M"
  })
  void readsWhatGoReads(String text, Duration expected) {
    assertThat(GoDuration.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "m", "1 m", "1d", "1m30", "--1s", "1e3s", ".s", "s1", "9999999999h", "∞"})
  void refusesTheRestWithASentence(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GoDuration.parse(text))
        .withMessageContaining("is not a duration: write it like");
  }

  @ParameterizedTest
  @CsvSource({
    "PT1M2.5S,1m2.5s",
    "PT2H,2h0m0s",
    "PT0S,0s",
    "PT0.0015S,1.5ms",
    "PT0.0000015S,1.5µs",
    "PT0.000000001S,1ns",
    "PT-90S,-1m30s",
    "PT59S,59s"
  })
  void writesAsGoDoes(Duration duration, String expected) {
    assertThat(GoDuration.format(duration)).isEqualTo(expected);
  }

  @Property
  void readsBackWhatItWrote(@ForAll @LongRange(min = -Long.MAX_VALUE) long nanos) {
    Duration duration = Duration.ofNanos(nanos);
    assertThat(GoDuration.parse(GoDuration.format(duration))).isEqualTo(duration);
  }
}
