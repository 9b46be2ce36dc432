package io.macpool.core.pool;

import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Chooses the pods to give up when a cluster needs fewer. They are drained first, so those go that
 * are drained soonest: already chosen before, holding nothing, running the fewest jobs.
 */
public final class RetirementPlanner {

  /**
   * A pod that may be given up.
   *
   * @param chosen whether it was chosen before: a choice stands while there is one to make
   * @param bound processors that it may hold
   */
  public record Candidate(String id, boolean chosen, int running, int bound) {}

  private RetirementPlanner() {}

  /** The ids of at most {@code surplus} pods. */
  public static Set<String> choose(int surplus, Collection<Candidate> candidates) {
    return candidates.stream()
        .sorted(
            Comparator.comparing((Candidate candidate) -> !candidate.chosen())
                .thenComparing(candidate -> candidate.bound() > 0)
                .thenComparing(Candidate::running)
                .thenComparing(Candidate::bound)
                .thenComparing(Candidate::id, Comparator.reverseOrder()))
        .limit(Math.max(0, surplus))
        .map(Candidate::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
