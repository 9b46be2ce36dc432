package io.macpool.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody does to the wall clock while we measure. */
class SteadyClockTest {

  private static final Instant START = Instant.parse("2026-11-29T08:00:00Z");

  private Instant wall = START;
  private long nanos = Long.MAX_VALUE - 5; // it may overflow
  private final Clock clock =
      new SteadyClock(((InstantSource) () -> wall).withZone(ZoneOffset.UTC), () -> nanos);

  @Test
  void isTheWallsAsLongAsNobodySetsIt() {
    for (int second = 1; second <= 100; second++) {
      passes(Duration.ofSeconds(1));
      assertThat(clock.instant()).isEqualTo(START.plusSeconds(second));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {3600, -3600, 365 * 86_400L, -365 * 86_400L})
  void measuresWhatHasPassedWhateverTheWallIsSetTo(long seconds) {
    Instant before = clock.instant();
    wall = wall.plusSeconds(seconds);
    assertThat(clock.instant()).isEqualTo(before);
    Instant last = before;
    for (int i = 0; i < 600; i++) {
      passes(Duration.ofSeconds(1));
      assertThat(clock.instant()).isAfter(last);
      last = clock.instant();
    }
    assertThat(Duration.between(before, last))
        .isBetween(Duration.ofSeconds(569), Duration.ofSeconds(631));
  }

  @Test
  void comesUpToTheWallInTheEnd() {
    wall = wall.plusSeconds(3600);
    for (int i = 0; i < 20 * 60 + 1; i++) {
      passes(Duration.ofMinutes(1));
      assertThat(clock.instant()).isBeforeOrEqualTo(wall);
    }
    assertThat(clock.instant()).isEqualTo(wall);
  }

  private void passes(Duration time) {
    nanos += time.toNanos();
    wall = wall.plus(time);
  }
}
