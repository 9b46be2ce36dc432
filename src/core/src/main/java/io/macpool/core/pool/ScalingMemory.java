package io.macpool.core.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the planner of a cluster's limit remembers from one decision to the next.
 *
 * @param limit decided last
 * @param steppedAt when the limit last changed
 * @param wanted what was wanted when, oldest first
 */
public record ScalingMemory(int limit, Instant steppedAt, List<Wanted> wanted) {

  /** Jobs wanted from {@code at} until the next entry. */
  public record Wanted(Instant at, int jobs) {}

  public ScalingMemory {
    Objects.requireNonNull(steppedAt, "steppedAt");
    wanted = List.copyOf(wanted);
  }

  /**
   * The memory to begin with: at {@code limit} now, as if that had been wanted, so that a restart
   * does not shrink anything early.
   */
  public static ScalingMemory starting(int limit, Instant now) {
    return new ScalingMemory(limit, Instant.EPOCH, List.of(new Wanted(now, limit)));
  }

  /** Forgets what no window reaches back to, and notes what is wanted now. */
  ScalingMemory noting(int jobs, Instant now, Duration window) {
    List<Wanted> kept = new ArrayList<>(wanted);
    // The entry in force when the window began still counts.
    while (kept.size() > 1 && !kept.get(1).at().isAfter(now.minus(window))) {
      kept.remove(0);
    }
    if (kept.isEmpty() || kept.get(kept.size() - 1).jobs() != jobs) {
      kept.add(new Wanted(now, jobs));
    }
    return new ScalingMemory(limit, steppedAt, kept);
  }

  int mostSince(Instant start) {
    int most = 0;
    for (int i = 0; i < wanted.size(); i++) {
      if (inForceAfter(i, start)) {
        most = Math.max(most, wanted.get(i).jobs());
      }
    }
    return most;
  }

  int leastSince(Instant start) {
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < wanted.size(); i++) {
      if (inForceAfter(i, start)) {
        least = Math.min(least, wanted.get(i).jobs());
      }
    }
    return least;
  }

  private boolean inForceAfter(int index, Instant start) {
    return index == wanted.size() - 1 || wanted.get(index + 1).at().isAfter(start);
  }
}
