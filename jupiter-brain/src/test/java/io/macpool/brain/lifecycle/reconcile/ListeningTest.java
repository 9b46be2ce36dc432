package io.macpool.brain.lifecycle.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ListeningTest {

  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration TRUST = Duration.ofSeconds(20);

  private final Listening listening = new Listening(Duration.ofSeconds(30));

  private static Instant at(int seconds) {
    return START.plusSeconds(seconds);
  }

  @Test
  void othersHaveTheirWholeTimeFromTheFirstRoundOn() {
    assertThat(listening.lasted(TRUST, START)).as("nothing was ever heard").isFalse();
    listening.heard(at(0));
    listening.heard(at(10));
    assertThat(listening.lasted(TRUST, at(19))).isFalse();
    assertThat(listening.lasted(TRUST, at(20))).isTrue();
    assertThat(listening.since()).isEqualTo(at(0));
  }

  @Test
  void andAnewAfterAnOutageOfOurOwn() {
    listening.heard(at(0));
    listening.missed();
    listening.heard(at(45));
    assertThat(listening.since()).isEqualTo(at(45));
    assertThat(listening.lasted(TRUST, at(60))).isFalse();
  }

  @Test
  void andAnewAfterAPauseOfOurOwn() {
    listening.heard(at(0));
    listening.heard(at(31));
    assertThat(listening.since()).isEqualTo(at(31));
  }
}
