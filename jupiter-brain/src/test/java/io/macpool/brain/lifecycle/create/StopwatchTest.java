package io.macpool.brain.lifecycle.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StopwatchTest {

  private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");

  private final AtomicLong nanos = new AtomicLong(-5);

  @Test
  void phasesFollowOneAnother() {
    Stopwatch time = new Stopwatch(Clock.fixed(BEGIN, ZoneOffset.UTC), nanos::get);
    nanos.addAndGet(Duration.ofMillis(3).toNanos());
    time.lap(CreatePhase.PLAN);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    time.lap(CreatePhase.CLONE);
    nanos.addAndGet(Duration.ofMillis(1).toNanos());

    assertThat(time.started()).isEqualTo(BEGIN);
    assertThat(time.laps())
        .containsExactly(
            entry(CreatePhase.PLAN, Duration.ofMillis(3)),
            entry(CreatePhase.CLONE, Duration.ofSeconds(2)));
    assertThat(time.total()).isEqualTo(Duration.ofMillis(2_004));
  }

  /** As the database does that tells the ledger's clock the time. */
  @Test
  void nothingLastsLessThanNoTimeWhenTheClockIsSetBack() {
    Instant[] now = {BEGIN};
    Clock clock = ((InstantSource) () -> now[0]).withZone(ZoneOffset.UTC);
    Stopwatch time = new Stopwatch(clock);
    now[0] = BEGIN.minusSeconds(1);
    time.lap(CreatePhase.PLAN);

    assertThat(time.laps().get(CreatePhase.PLAN)).isGreaterThanOrEqualTo(Duration.ZERO);
    assertThat(time.total()).isGreaterThanOrEqualTo(Duration.ZERO);
  }
}
