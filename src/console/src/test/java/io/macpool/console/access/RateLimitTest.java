package io.macpool.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.console.FakePool;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RateLimitTest {

  private Instant now = FakePool.NOW;
  private final RateLimit limit =
      new RateLimit(
          10,
          2,
          new Clock() {
            @Override
            public Instant instant() {
              return now;
            }

            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }
          });

  private int asked(String viewer) {
    int allowed = 0;
    while (limit.allows(viewer)) {
      allowed++;
    }
    return allowed;
  }

  @Test
  void aBurstIsAllowedAndThenSoManyASecond() {
    assertThat(asked("one")).isEqualTo(10);
    now = now.plusMillis(500);
    assertThat(asked("one")).isEqualTo(1);
    now = now.plusSeconds(2);
    assertThat(asked("one")).isEqualTo(4);
    now = now.plusSeconds(3600);
    assertThat(asked("one")).as("no more than at first").isEqualTo(10);
  }

  @Test
  void whoAsksTooOftenTakesNobodyElsesTurn() {
    assertThat(asked("one")).isEqualTo(10);
    assertThat(asked("other")).isEqualTo(10);
  }

  @Test
  void aClockThatGoesBackGivesNothingAndTakesNothing() {
    assertThat(limit.allows("one")).isTrue();
    now = now.minusSeconds(60);
    assertThat(asked("one")).isEqualTo(9);
  }
}
