package io.macpool.brain.lifecycle;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;

/** Time per phase of one create. Its phases follow one another, on whatever threads. */
final class Stopwatch {

  private final Clock clock;
  private final Instant started;
  private final Map<CreatePhase, Duration> laps = new EnumMap<>(CreatePhase.class);
  private Instant lap;

  Stopwatch(Clock clock) {
    this.clock = clock;
    this.started = clock.instant();
    this.lap = started;
  }

  /** The phase that just ended took the time since the one before it. */
  synchronized void lap(CreatePhase phase) {
    Instant now = clock.instant();
    laps.merge(phase, Duration.between(lap, now), Duration::plus);
    lap = now;
  }

  Instant started() {
    return started;
  }

  synchronized Duration total() {
    return Duration.between(started, clock.instant());
  }

  synchronized Map<CreatePhase, Duration> laps() {
    return new EnumMap<>(laps);
  }

  /** For a log line: {@code wait=0ms plan=2ms clone=2010ms}. */
  synchronized String describe() {
    StringJoiner text = new StringJoiner(" ");
    laps.forEach((phase, time) -> text.add(phase.label() + "=" + time.toMillis() + "ms"));
    return text.toString();
  }
}
