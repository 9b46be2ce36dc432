package io.macpool.brain.tart.suspend;

import io.macpool.core.fleet.StartTimes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long the last starts of each image's guests took, as far as this process saw. Thread-safe.
 */
public final class MeasuredStarts {

  private static final int MOST = 20;

  private final MeterRegistry meters;

  // Guarded by this.
  private final Map<String, Deque<Duration>> boots = new HashMap<>();
  private final Map<String, Deque<Duration>> resumes = new HashMap<>();

  public MeasuredStarts(MeterRegistry meters) {
    this.meters = meters;
  }

  /** One was cloned and booted in that time, from the order to its SSH server's answer. */
  public void booted(String source, Duration time) {
    note(boots, source, time, "boot");
  }

  /** One was resumed in that time, from the order to its SSH server's answer. */
  public void resumed(String source, Duration time) {
    note(resumes, source, time, "resume");
  }

  private synchronized void note(
      Map<String, Deque<Duration>> all, String source, Duration time, String kind) {
    Deque<Duration> times = all.computeIfAbsent(source, s -> new ArrayDeque<>());
    times.addLast(time);
    if (times.size() > MOST) {
      times.removeFirst();
    }
    Timer.builder("tart.guest.start")
        .description("From the order to the answer of a guest's SSH server")
        .tag("image", source)
        .tag("start", kind)
        .register(meters)
        .record(time);
  }

  /** What is known of an image, by what it is called on the Macs. */
  public synchronized StartTimes of(String source) {
    Deque<Duration> booted = boots.getOrDefault(source, new ArrayDeque<>());
    Deque<Duration> resumed = resumes.getOrDefault(source, new ArrayDeque<>());
    return new StartTimes(booted.size(), median(booted), resumed.size(), median(resumed));
  }

  private static Duration median(Deque<Duration> times) {
    List<Duration> sorted = times.stream().sorted().toList();
    return sorted.isEmpty() ? Duration.ZERO : sorted.get(sorted.size() / 2);
  }
}
