package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SlotLimitTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void theFirstRefusalWithholdsWhatDoesNotRun() {
    SlotLimit limit = SlotLimit.NONE.refused(1, NOW);
    assertThat(SlotLimit.NONE.of(2, NOW)).isEqualTo(2);
    assertThat(SlotLimit.NONE.words(2, NOW)).isEmpty();
    assertThat(limit.of(2, NOW)).isEqualTo(1);
    assertThat(limit.words(2, NOW)).hasValueSatisfying(w -> assertThat(w).contains("1 ran"));
    assertThat(SlotLimit.NONE.refused(0, NOW).of(2, NOW)).isZero();
  }

  @Test
  void aMacThatIsReallyFullLosesNothing() {
    assertThat(SlotLimit.NONE.refused(2, NOW).of(2, NOW)).isEqualTo(2);
    assertThat(SlotLimit.NONE.refused(2, NOW).words(2, NOW)).isEmpty();
  }

  @Test
  void oneMoreIsTriedAfterARestThatDoublesWithEachRefusal() {
    SlotLimit limit = SlotLimit.NONE.refused(0, NOW);
    assertThat(limit.of(2, NOW.plus(Duration.ofMinutes(9)))).isZero();
    assertThat(limit.of(2, NOW.plus(Duration.ofMinutes(10)))).isEqualTo(1);
    SlotLimit again = limit.refused(0, NOW.plus(Duration.ofMinutes(10)));
    assertThat(again.of(2, NOW.plus(Duration.ofMinutes(29)))).isZero();
    assertThat(again.of(2, NOW.plus(Duration.ofMinutes(30)))).isEqualTo(1);
    for (int i = 0; i < 20; i++) {
      again = again.refused(0, NOW);
    }
    assertThat(again.rest()).isEqualTo(Duration.ofHours(4));
  }

  @Test
  void aMacThatRefusesAgainAfterARestIsAtFault() {
    SlotLimit limit = SlotLimit.NONE.refused(0, NOW);
    assertThat(limit.phantom(2)).isEmpty();
    assertThat(limit.refused(0, NOW.plusSeconds(5)).phantom(2)).as("two at a time").isEmpty();
    SlotLimit again = limit.refused(0, NOW.plus(Duration.ofMinutes(10)));
    assertThat(again.phantom(2)).hasValueSatisfying(why -> assertThat(why).contains("0 ran"));
    assertThat(again.refused(2, NOW.plus(Duration.ofMinutes(30))).phantom(Integer.MAX_VALUE))
        .as("it is really full")
        .isEmpty();
    assertThat(again.ran(1).phantom(2)).isEmpty();
  }

  @Test
  void aTryThatSucceedsGivesThemBack() {
    SlotLimit limit = SlotLimit.NONE.refused(1, NOW);
    assertThat(limit.ran(1).of(2, NOW)).isEqualTo(1);
    assertThat(limit.ran(2)).isEqualTo(SlotLimit.NONE);
  }
}
