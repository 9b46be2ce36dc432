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
 * @param since when it refused last
 * @param rest how long after that one more is tried
 */
record SlotLimit(Optional<Integer> most, Instant since, Duration rest) {

  /** Nothing is withheld. */
  static final SlotLimit NONE = new SlotLimit(Optional.empty(), Instant.EPOCH, Duration.ZERO);

  private static final Duration FIRST = Duration.ofMinutes(10);
  private static final Duration LONGEST = Duration.ofHours(4);

  SlotLimit {
    Objects.requireNonNull(most, "most");
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
    return new SlotLimit(Optional.of(running), now, next.compareTo(LONGEST) < 0 ? next : LONGEST);
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

  /** Why there are fewer, for a person; empty if there are not. */
  Optional<String> words(int slots, Instant now) {
    return most.filter(limit -> of(slots, now) < slots)
        .map(
            limit ->
                "it says that the number of VMs exceeds the system limit, though %d ran: its other slots are withheld until %s, then one is tried; a reboot cures it"
                    .formatted(limit, since.plus(rest)));
  }
}
