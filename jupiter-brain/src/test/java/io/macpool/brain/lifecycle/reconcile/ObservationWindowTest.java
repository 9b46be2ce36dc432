package io.macpool.brain.lifecycle.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ObservationWindowTest {

  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration TRUST = Duration.ofSeconds(20);

  private final ObservationWindow window = new ObservationWindow(Duration.ofSeconds(30));

  private static Instant at(int seconds) {
    return START.plusSeconds(seconds);
  }

  @Test
  void othersHaveTheirWholeTimeFromTheFirstRoundOn() {
    assertThat(window.lasted(TRUST, START)).as("nothing was ever heard").isFalse();
    window.heard(at(0));
    window.heard(at(10));
    assertThat(window.lasted(TRUST, at(19))).isFalse();
    assertThat(window.lasted(TRUST, at(20))).isTrue();
    assertThat(window.since()).isEqualTo(at(0));
  }

  @Test
  void andAnewAfterAnOutageOfOurOwn() {
    window.heard(at(0));
    window.missed();
    window.heard(at(45));
    assertThat(window.since()).isEqualTo(at(45));
    assertThat(window.lasted(TRUST, at(60))).isFalse();
  }

  @Test
  void andAnewAfterAPauseOfOurOwn() {
    window.heard(at(0));
    window.heard(at(31));
    assertThat(window.since()).isEqualTo(at(31));
  }
}
