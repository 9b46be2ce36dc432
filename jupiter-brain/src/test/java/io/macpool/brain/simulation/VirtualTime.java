package io.macpool.brain.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Everything that happens, one event after the other. What is due at the same moment happens in an
 * order of the seed's choice; while somebody waits for its database, others go on.
 */
final class VirtualTime extends Clock {

  /** Those who die together: a process and all that it had begun. */
  static final class Lane {
    private boolean alive = true;
    private long stillUntil;
    private long late;

    boolean isAlive() {
      return alive;
    }

    void kill() {
      alive = false;
    }

    /** Whoever is dead does nothing any more. */
    void check() {
      if (!alive) {
        throw new Crash();
      }
    }
  }

  /** Ends what a process does at the moment of its death. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    private Crash() {
      super("this replica is dead", null, false, false);
    }
  }

  private record Event(long at, long order, Lane lane, Runnable work) {}

  private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
  private static final int DEEPEST = 3;
  private static final Duration QUESTION = Duration.ofMillis(20);

  private final Random chance;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private long now;
  private int depth;
  private long happened;

  VirtualTime(Random chance) {
    this.chance = chance;
  }

  Random chance() {
    return chance;
  }

  /** In nanoseconds since the beginning. */
  long nanos() {
    return now;
  }

  /** How many events there were. */
  long happened() {
    return happened;
  }

  /** Lets something happen after {@code delay}, if its lane lives then. */
  void in(Duration delay, Lane lane, Runnable work) {
    events.add(new Event(now + delay.toNanos(), chance.nextLong(), lane, work));
  }

  /** A time between the two. */
  Duration between(Duration least, Duration most) {
    return least.plusNanos((long) (chance.nextDouble() * most.minus(least).toNanos()));
  }

  /**
   * Lets happen whatever is due within {@code length}; {@code after} is called after each event.
   */
  void pass(Duration length, Runnable after) {
    long end = now + length.toNanos();
    while (!events.isEmpty() && events.peek().at() <= end) {
      step();
      after.run();
    }
    now = Math.max(now, end);
  }

  /** Whoever is there stands still for so long; then it does what it would have done meanwhile. */
  void stop(Lane lane, Duration length) {
    lane.stillUntil = Math.max(lane.stillUntil, now + length.toNanos());
  }

  /** Whether it stands still. */
  boolean isStill(Lane lane) {
    return lane.stillUntil > now;
  }

  /** Waits in the middle of a piece of work for as long as its lane stands still. */
  void awaitMove(Lane lane) {
    if (isStill(lane)) {
      await(Duration.ofNanos(lane.stillUntil - now));
    }
  }

  /** Waits in the middle of a piece of work: others go on meanwhile. */
  void await(Duration length) {
    if (depth >= DEEPEST) {
      return;
    }
    depth++;
    try {
      long end = now + length.toNanos();
      while (!events.isEmpty() && events.peek().at() <= end) {
        step();
      }
      now = Math.max(now, end);
    } finally {
      depth--;
    }
  }

  /** Somebody waits for an answer of its database: others may go on meanwhile. */
  void others() {
    if (depth >= DEEPEST || chance.nextInt(3) != 0) {
      return;
    }
    depth++;
    try {
      long end = now + QUESTION.toNanos();
      for (int i = chance.nextInt(3); i > 0 && !events.isEmpty(); i--) {
        if (events.peek().at() > end) {
          return;
        }
        step();
      }
    } finally {
      depth--;
    }
  }

  private void step() {
    Event event = events.remove();
    now = Math.max(now, event.at());
    if (!event.lane().alive) {
      return;
    }
    if (isStill(event.lane())) {
      // In their order, one after the other.
      long then = event.lane().stillUntil + ++event.lane().late;
      events.add(new Event(then, event.order(), event.lane(), event.work()));
      return;
    }
    happened++;
    try {
      event.work().run();
    } catch (Crash e) {
      if (event.lane().alive) {
        throw e;
      }
    }
  }

  @Override
  public Instant instant() {
    return START.plusNanos(now);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
