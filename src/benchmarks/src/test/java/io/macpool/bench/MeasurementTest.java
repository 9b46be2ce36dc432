package io.macpool.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasurementTest {

  @Test
  void aRatioToNothingIsUnknownAndMeetsNoGoal() {
    Measurement figure = Measurement.of("a.b", 5, "ms").against("nothing", 0).atMostTimes(2);

    assertThat(figure.ratio()).isEmpty();
    assertThat(figure.met()).contains(false);
  }

  @Test
  void aGoalForARatioNeedsABaseline() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Measurement.of("a.b", 5, "ms").atMostTimes(2))
        .withMessageContaining("a.b");
  }

  @Test
  void namesAreLowerCaseAndDotted() {
    assertThatIllegalArgumentException().isThrownBy(() -> Measurement.of("A b", 5, "ms"));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "0.0012,0.0012",
    "0.25,0.25",
    "3,3",
    "12.34,12.3",
    "354.4,354",
    "12345.6,'12,346'"
  })
  void numbersAreAsPreciseAsAPersonNeeds(double value, String text) {
    assertThat(Measurement.number(value)).isEqualTo(text);
  }
}
