package io.macpool.core.simulation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.PriorityQueue;
import java.util.Random;

/** Everything that happens, one event after the other, and a trace of it. */
final class VirtualTime {

  /** Those who die and stand still together: a process, its timers and its clock. */
  static final class Life {
    private final double pace;
    private boolean alive = true;
    private long stillUntil;
    private long late;

    /**
     * A process begins.
     *
     * @param pace how much longer a second of its own clock is
     */
    Life(double pace) {
      this.pace = pace;
    }

    boolean isAlive() {
      return alive;
    }

    void end() {
      alive = false;
    }
  }

  private record Event(long at, long order, Life life, Runnable work) {}

  private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
  private static final int KEPT = 150;

  private final Random chance;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final Deque<String> lines = new ArrayDeque<>();
  private final MessageDigest digest;
  private long now;
  private long happened;

  VirtualTime(long seed) {
    chance = new Random(seed);
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  Random chance() {
    return chance;
  }

  /** Whether something of this probability happens. */
  boolean happens(double probability) {
    return chance.nextDouble() < probability;
  }

  Duration between(Duration least, Duration most) {
    return least.plusNanos((long) (chance.nextDouble() * most.minus(least).toNanos()));
  }

  Duration millis(int least, int most) {
    return between(Duration.ofMillis(least), Duration.ofMillis(most));
  }

  Duration seconds(int least, int most) {
    return between(Duration.ofSeconds(least), Duration.ofSeconds(most));
  }

  /** Since the beginning. */
  Duration now() {
    return Duration.ofNanos(now);
  }

  Instant instant() {
    return START.plusNanos(now);
  }

  /** The same by the clock of a process, which nobody sets. */
  Duration now(Life life) {
    return Duration.ofNanos((long) (now / life.pace));
  }

  long happened() {
    return happened;
  }

  /** Lets something happen after {@code delay}, if who does it lives then. */
  void in(Duration delay, Life life, Runnable work) {
    events.add(new Event(now + delay.toNanos(), chance.nextLong(), life, work));
  }

  /** The same, by the clock of who does it. */
  void after(Duration delay, Life life, Runnable work) {
    in(Duration.ofNanos((long) (delay.toNanos() * life.pace)), life, work);
  }

  /** Again and again, at a distance of {@code pause} by the clock of who does it. */
  void every(Duration pause, Life life, Runnable work) {
    after(
        pause,
        life,
        () -> {
          work.run();
          every(pause, life, work);
        });
  }

  /** A process stands still; afterwards it does, in order, what it would have done. */
  void stop(Life life, Duration length) {
    life.stillUntil = Math.max(life.stillUntil, now + length.toNanos());
  }

  boolean isStill(Life life) {
    return life.stillUntil > now;
  }

  /** Lets happen what is due within {@code length}; {@code after} is called after each event. */
  void pass(Duration length, Runnable after) {
    long end = now + length.toNanos();
    while (!events.isEmpty() && events.peek().at() <= end) {
      if (step()) {
        after.run();
      }
    }
    now = Math.max(now, end);
  }

  private boolean step() {
    Event event = events.remove();
    now = Math.max(now, event.at());
    if (!event.life().alive) {
      return false;
    }
    if (isStill(event.life())) {
      long then = event.life().stillUntil + ++event.life().late;
      events.add(new Event(then, event.order(), event.life(), event.work()));
      return false;
    }
    happened++;
    event.work().run();
    return true;
  }

  /** Something happened that a reader of the trace wants to know. */
  void note(String what) {
    String line = now() + " " + what;
    digest.update(line.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
    lines.addLast(line);
    if (lines.size() > KEPT) {
      lines.removeFirst();
    }
  }

  /** The last lines of the trace. */
  String story() {
    return String.join("\n", lines);
  }

  /** Of all that was noted; to be asked once. */
  String fingerprint() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
