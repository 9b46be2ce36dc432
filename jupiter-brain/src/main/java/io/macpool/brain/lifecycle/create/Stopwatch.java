package io.macpool.brain.lifecycle.create;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.LongSupplier;

/**
 * Time per phase of one create. Its phases follow one another, on whatever threads. The clock says
 * when it began; how long things took it can't say, as the database sets it back now and then.
 */
final class Stopwatch {

  private final LongSupplier nanos;
  private final Instant started;
  private final long begun;
  private final Map<CreatePhase, Duration> laps = new EnumMap<>(CreatePhase.class);
  private long lap;

  Stopwatch(Clock clock) {
    this(clock, System::nanoTime);
  }

  /**
   * @param nanos monotonic
   */
  Stopwatch(Clock clock, LongSupplier nanos) {
    this.nanos = nanos;
    this.started = clock.instant();
    this.begun = nanos.getAsLong();
    this.lap = begun;
  }

  /** The phase that just ended took the time since the one before it. */
  synchronized void lap(CreatePhase phase) {
    long now = nanos.getAsLong();
    laps.merge(phase, Duration.ofNanos(now - lap), Duration::plus);
    lap = now;
  }

  Instant started() {
    return started;
  }

  Duration total() {
    return Duration.ofNanos(nanos.getAsLong() - begun);
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
