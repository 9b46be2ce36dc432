package io.macpool.core.pool;

import io.macpool.core.Observed;
import io.macpool.core.pool.SlotShare.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Shares the slots of a hardware pool over its clusters: minimums first, then weighted max-min on
 * what each wants. What a cluster does not want is lent to the others; it comes back as their jobs
 * end, since a limit below what is held only stops new jobs.
 *
 * <p>Shares say where to go; limits say what may be had now. A limit is above what its cluster
 * holds only by slots that nobody holds, so whatever clusters do with their limits, in any order,
 * the slots held never exceed those there are, unless slots themselves went away.
 */
public final class FairSharePlanner {

  private FairSharePlanner() {}

  /**
   * Plans one round.
   *
   * @param slots to share; while unknown, every cluster keeps at most what it holds
   */
  public static SortedMap<String, SlotShare> plan(
      Observed<Integer> slots, Collection<SlotClaim> claims) {
    List<Filling> fillings = new ArrayList<>();
    claims.forEach(claim -> fillings.add(new Filling(claim)));
    fillings.sort(Comparator.comparing(filling -> filling.claim.id()));
    SortedMap<String, SlotShare> shares = new TreeMap<>();
    slots
        .toOptional()
        .ifPresentOrElse(known -> share(known, fillings, shares), () -> hold(fillings, shares));
    return shares;
  }

  private static void hold(List<Filling> fillings, SortedMap<String, SlotShare> shares) {
    for (Filling filling : fillings) {
      int held = Math.min(filling.claim.held(), filling.claim.wanted());
      shares.put(filling.claim.id(), new SlotShare(held, held, Reason.HOLDS));
    }
  }

  private static void share(
      int slots, List<Filling> fillings, SortedMap<String, SlotShare> shares) {
    fillings.forEach(f -> f.cap = Math.min(f.claim.minimum(), f.claim.wanted()));
    int left = fill(slots, fillings);
    fillings.forEach(f -> f.cap = f.claim.wanted());
    fill(left, fillings);

    int free = slots;
    for (Filling filling : fillings) {
      int held = filling.claim.held();
      filling.share = filling.level;
      filling.level = Math.min(held, filling.share);
      filling.cap = held > filling.share ? 0 : filling.share;
      free -= held;
    }
    fill(free, fillings);
    for (Filling filling : fillings) {
      shares.put(filling.claim.id(), new SlotShare(filling.share, filling.level, reason(filling)));
    }
  }

  private static Reason reason(Filling filling) {
    if (filling.claim.held() > filling.share) {
      return Reason.GIVES_BACK;
    }
    if (filling.level < filling.share) {
      return Reason.WAITS_FOR_DRAIN;
    }
    return filling.share < filling.claim.wanted() ? Reason.SHARED : Reason.ALL_WANTED;
  }

  /**
   * Raises the lowest level, relative to weight, slot by slot up to each one's cap.
   *
   * @return the slots that are left
   */
  private static int fill(int slots, List<Filling> fillings) {
    int left = slots - raise(slots, fillings);
    if (left <= 0) {
      return left;
    }
    PriorityQueue<Filling> lowest = new PriorityQueue<>(Filling.BY_LEVEL);
    for (Filling filling : fillings) {
      if (filling.level < filling.cap) {
        lowest.add(filling);
      }
    }
    while (left > 0 && !lowest.isEmpty()) {
      Filling filling = lowest.remove();
      filling.level++;
      left--;
      if (filling.level < filling.cap) {
        lowest.add(filling);
      }
    }
    return left;
  }

  /**
   * The greater part of filling at once: whole rounds in which each gets its weight, as many as the
   * slots allow. Slot by slot would come to the same and take as long as there are slots.
   */
  private static int raise(int slots, List<Filling> fillings) {
    int low = 0;
    int high = 0;
    for (Filling filling : fillings) {
      high = Math.max(high, filling.cap);
    }
    if (cost(high, fillings) <= slots) {
      low = high; // there is enough for all
    }
    while (low < high) {
      int middle = low + (high - low + 1) / 2;
      if (cost(middle, fillings) <= slots) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    long cost = cost(low, fillings);
    if (cost > slots) {
      return 0;
    }
    for (Filling filling : fillings) {
      filling.level = Math.max(filling.level, filling.reached(low));
    }
    return (int) cost;
  }

  private static long cost(int rounds, List<Filling> fillings) {
    long cost = 0;
    for (Filling filling : fillings) {
      cost += Math.max(0, filling.reached(rounds) - filling.level);
    }
    return cost;
  }

  private static final class Filling {

    /** Among equals, who holds the slot already keeps it: nothing moves without need. */
    static final Comparator<Filling> BY_LEVEL =
        Comparator.comparing((Filling filling) -> filling, Filling::compareLevels)
            .thenComparing(filling -> filling.claim.held() <= filling.level)
            .thenComparing(filling -> filling.claim.id());

    final SlotClaim claim;
    int level;
    int cap;
    int share;

    Filling(SlotClaim claim) {
      this.claim = claim;
    }

    int reached(int rounds) {
      return (int) Math.min(cap, (long) rounds * claim.weight());
    }

    private static int compareLevels(Filling one, Filling other) {
      return Long.compare(
          (long) one.level * other.claim.weight(), (long) other.level * one.claim.weight());
    }
  }
}
