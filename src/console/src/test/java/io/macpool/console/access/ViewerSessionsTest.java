package io.macpool.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.service.setting.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ViewerSessionsTest {

  private Instant now = Instant.parse("2026-03-01T00:00:00Z");

  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);

  private final ViewerSessions sessions =
      new ViewerSessions(new Secret("the-token-of-viewers"), clock);

  @Test
  void aSessionIsOpenUntilItsEnd() {
    String cookie = sessions.begin();

    assertThat(sessions.isOpen(cookie)).isTrue();
    now = now.plus(ViewerSessions.LENGTH);
    assertThat(sessions.isOpen(cookie)).isFalse();
  }

  @Test
  void nobodyMakesACookieOfHisOwn() {
    String cookie = sessions.begin();
    String seal = cookie.substring(cookie.indexOf('.'));

    assertThat(sessions.isOpen("9999999999" + seal)).as("a later end").isFalse();
    assertThat(sessions.isOpen("99999999999999999999999" + seal)).isFalse();
    assertThat(sessions.isOpen("-1" + seal)).isFalse();
    assertThat(sessions.isOpen("")).isFalse();
    assertThat(sessions.isOpen(".")).isFalse();
    assertThat(new ViewerSessions(new Secret("the-token-of-viewers"), clock).isOpen(cookie))
        .as("another process's")
        .isFalse();
  }

  @Test
  void whoGuessesIsShutOutForAMinuteAndNobodyElse() {
    for (int i = 0; i < 10; i++) {
      assertThat(sessions.isShutOut("10.0.0.1")).isFalse();
      assertThat(sessions.isToken("guess-" + i, "10.0.0.1")).isFalse();
    }

    assertThat(sessions.isShutOut("10.0.0.1")).isTrue();
    assertThat(sessions.isShutOut("10.0.0.2")).isFalse();
    now = now.plus(Duration.ofSeconds(61));
    assertThat(sessions.isShutOut("10.0.0.1")).isFalse();
    assertThat(sessions.isToken("the-token-of-viewers", "10.0.0.1")).isTrue();
  }
}
