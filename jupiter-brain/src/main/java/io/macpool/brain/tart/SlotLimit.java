package io.macpool.brain.tart;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How many VMs a Mac lets run, as far as it has told: one that says "system limit" though fewer run
 * than it should hold gets no more of them, until it has booted anew or a try succeeds. Immutable.
 *
 * @param most VMs that ran when it refused one more; empty: it has refused none
 * @param first when it refused for the first time since one more could be started
 * @param since when it refused last
 * @param rest how long after that one more is tried
 */
record SlotLimit(Optional<Integer> most, Instant first, Instant since, Duration rest) {

  /** Nothing is withheld. */
  static final SlotLimit NONE =
      new SlotLimit(Optional.empty(), Instant.EPOCH, Instant.EPOCH, Duration.ZERO);

  private static final Duration FIRST = Duration.ofMinutes(10);

  /** VMs that macOS lets run. */
  private static final int SYSTEM = 2;

  private static final Duration LONGEST = Duration.ofHours(4);

  SlotLimit {
    Objects.requireNonNull(most, "most");
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(rest, "rest");
  }

  /**
   * It refused a VM.
   *
   * @param running how many ran besides it
   */
  SlotLimit refused(int running, Instant now) {
    Duration next = rest.isZero() ? FIRST : rest.multipliedBy(2);
    return new SlotLimit(
        Optional.of(running),
        most.isPresent() ? first : now,
        now,
        next.compareTo(LONGEST) < 0 ? next : LONGEST);
  }

  /** A VM runs there; how many do in all is what it lets run at least. */
  SlotLimit ran(int running) {
    return most.filter(limit -> running > limit).isPresent() ? NONE : this;
  }

  /** What may be placed there of so many slots: one more than ran, once it has rested. */
  int of(int slots, Instant now) {
    return most.map(limit -> Math.min(slots, isOver(now) ? limit + 1 : limit)).orElse(slots);
  }

  private boolean isOver(Instant now) {
    return !since.plus(rest).isAfter(now);
  }

  /**
   * Why it is the Mac's fault, for a person: it has rested, and refused again, though fewer ran
   * than the system and so many slots allow.
   */
  Optional<String> phantom(int slots) {
    return most.filter(limit -> limit < Math.min(slots, SYSTEM))
        .filter(limit -> !since.isBefore(first.plus(FIRST)))
        .map(
            limit -> "it refuses guests by its system limit again, though %d ran".formatted(limit));
  }

  /** Why there are fewer, for a person; empty if there are not. */
  Optional<String> words(int slots, Instant now) {
    return most.filter(limit -> of(slots, now) < slots)
        .map(
            limit ->
                "it says that the number of VMs exceeds the system limit, though %d ran: its other slots are withheld until %s, then one is tried; a reboot cures it"
                    .formatted(limit, since.plus(rest)));
  }
}
