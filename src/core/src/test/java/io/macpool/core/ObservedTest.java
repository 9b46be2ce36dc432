package io.macpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ObservedTest {

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void aFailedLookIsForgivenForAWhileThenBecomesUnknownSinceTheLastSight() {
    Observed<Integer> seen = Observed.known(7, NOON);

    assertThat(seen.afterFailure("no answer", Duration.ofSeconds(5), NOON.plusSeconds(5)))
        .isEqualTo(seen);
    assertThat(seen.afterFailure("no answer", Duration.ofSeconds(5), NOON.plusSeconds(6)))
        .isEqualTo(Observed.unknown("no answer", NOON));
  }

  @Test
  void unknownStaysUnknownSinceItsBeginning() {
    Observed<Integer> blind = Observed.unknown("refused", NOON);

    assertThat(blind.afterFailure("timed out", Duration.ofHours(1), NOON.plusSeconds(60)))
        .isEqualTo(Observed.unknown("timed out", NOON));
  }

  @Test
  void mappingKeepsTimeAndCause() {
    assertThat(Observed.known(2, NOON).map(n -> n * 2)).isEqualTo(Observed.known(4, NOON));
    assertThat(Observed.<Integer>unknown("x", NOON).map(n -> n * 2))
        .isEqualTo(Observed.unknown("x", NOON));
    assertThat(Observed.unknown("x", NOON).toOptional()).isEmpty();
  }
}
