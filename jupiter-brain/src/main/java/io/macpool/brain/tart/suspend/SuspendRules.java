package io.macpool.brain.tart.suspend;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.brain.tart.report.MacReport.Kept;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which suspended guests of one Mac may be taken, and which go. Those of another ledger are neither
 * taken nor touched. Immutable.
 *
 * @param ledger whose they are
 * @param wanted how many are to be kept, by what the image is called on the Mac
 * @param longest that one is kept
 */
public record SuspendRules(String ledger, Map<String, Integer> wanted, Duration longest) {

  /** Less is too little: what is suspended is the first to go. */
  static final long LITTLE_DISK_KB = 20L * 1024 * 1024;

  /** Memory and changed blocks of a guest take about as much. */
  static final long DISK_FOR_ONE_KB = 20L * 1024 * 1024;

  /** Whoever began to take one, or to make one, has ended by then. */
  static final Duration IN_HAND = Duration.ofMinutes(10);

  private static final String UNKNOWN = "-";

  /**
   * One that goes.
   *
   * @param stale whether somebody who began to take it did not come to an end
   * @param why for a person
   */
  public record Discard(String vm, boolean stale, String why) {
    public Discard {
      Objects.requireNonNull(vm, "vm");
      Objects.requireNonNull(why, "why");
    }
  }

  private record Guest(String vm, Kept kept) {}

  public SuspendRules {
    Objects.requireNonNull(ledger, "ledger");
    wanted = Map.copyOf(wanted);
    Objects.requireNonNull(longest, "longest");
  }

  /** The names of those of the image that may be taken, the oldest first. */
  public List<String> takeable(MacReport report, String source) {
    return oldestFirst(report).stream()
        .filter(guest -> guest.kept().source().equals(source))
        .filter(guest -> isTakeable(report, guest.vm(), guest.kept()))
        .map(Guest::vm)
        .toList();
  }

  private boolean isTakeable(MacReport report, String vm, Kept kept) {
    return report.vms().get(vm) == MacReport.State.SUSPENDED
        && !report.isOn(vm)
        && kept.taken().isEmpty()
        && kept.image().equals(kept.imageNow())
        && isOfThisBuild(report, kept)
        && kept.made().plus(longest).isAfter(report.now());
  }

  private static boolean isOfThisBuild(MacReport report, Kept kept) {
    return kept.build().equals(UNKNOWN)
        || report.build().filter(build -> !build.equals(kept.build())).isEmpty();
  }

  private List<Guest> oldestFirst(MacReport report) {
    List<Guest> ours = new ArrayList<>();
    report
        .suspended()
        .forEach(
            (vm, kept) -> {
              if (kept.ledger().equals(ledger) && vm.startsWith(SuspendTexts.PREFIX)) {
                ours.add(new Guest(vm, kept));
              }
            });
    ours.sort(Comparator.comparing((Guest guest) -> guest.kept().made()).thenComparing(Guest::vm));
    return ours;
  }

  /** Images of which there are some, or are to be. */
  public Set<String> sources(MacReport report) {
    Set<String> all = new HashSet<>(wanted.keySet());
    oldestFirst(report).forEach(guest -> all.add(guest.kept().source()));
    return all;
  }

  /** Why no more may be made now, for a person. */
  public static Optional<String> trouble(MacReport report) {
    if (report.disk().isEmpty()) {
      return Optional.of("it does not tell how much of its disk is free");
    }
    return report
        .disk()
        .filter(disk -> disk.freeKb() < LITTLE_DISK_KB + DISK_FOR_ONE_KB)
        .map(disk -> "only " + disk.freeKb() / 1024 / 1024 + " GB of its disk are free");
  }

  /** The next that goes, if one does. */
  public Optional<Discard> discard(MacReport report) {
    Map<String, Integer> left = new HashMap<>();
    for (Guest guest : oldestFirst(report)) {
      left.merge(guest.kept().source(), 1, Integer::sum);
    }
    for (Guest guest : oldestFirst(report)) {
      if (report.isOn(guest.vm())) {
        continue; // a person's doing
      }
      Optional<String> why = why(report, guest, left.getOrDefault(guest.kept().source(), 0));
      if (why.isPresent()) {
        boolean stale = guest.kept().taken().isPresent();
        return Optional.of(new Discard(guest.vm(), stale, why.get()));
      }
    }
    return Optional.empty();
  }

  private Optional<String> why(MacReport report, Guest guest, int count) {
    String vm = guest.vm();
    Kept kept = guest.kept();
    Instant now = report.now();
    if (kept.taken().isPresent() || !report.vms().containsKey(vm)) {
      Instant begun = kept.taken().orElse(kept.made());
      return begun.plus(IN_HAND).isAfter(now)
          ? Optional.empty()
          : Optional.of("whoever took or made it came to no end");
    }
    if (report.vms().get(vm) != MacReport.State.SUSPENDED) {
      return Optional.of("its saved state is gone");
    }
    if (report.disk().filter(disk -> disk.freeKb() < LITTLE_DISK_KB).isPresent()) {
      return Optional.of("the disk is nearly full");
    }
    if (!kept.made().plus(longest).isAfter(now)) {
      return Optional.of("it is too old");
    }
    if (!isOfThisBuild(report, kept)) {
      return Optional.of("the Mac's system is another one since");
    }
    if (!kept.imageNow().equals(UNKNOWN) && !kept.image().equals(kept.imageNow())) {
      return Optional.of("its image is another one since");
    }
    boolean there =
        report.vms().containsKey(kept.source()) || report.cached().contains(kept.source());
    if (!there) {
      return Optional.of("its image is gone");
    }
    return count > wanted.getOrDefault(kept.source(), 0)
        ? Optional.of("there are more than wanted")
        : Optional.empty();
  }
}
