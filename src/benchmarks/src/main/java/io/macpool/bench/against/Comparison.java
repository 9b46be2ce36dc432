package io.macpool.bench.against;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Pure: ratios of two commits' figures, round by round, so that whatever else the machine did in a
 * round befell both.
 */
final class Comparison {

  /**
   * One figure in both.
   *
   * @param ours the median of all rounds that have it
   * @param theirs the same of the other commit's
   * @param ratios ours to theirs, of each round that has both, sorted; empty if no round has
   * @param range what the median is to lie in; empty if anything is well
   */
  record Figure(
      String name,
      Optional<Double> ours,
      Optional<Double> theirs,
      List<Double> ratios,
      Optional<Range> range) {

    Figure {
      ratios = ratios.stream().sorted().toList();
    }

    Optional<Double> median() {
      return Comparison.median(ratios);
    }

    /** A figure that has a range and could not be compared is outside, too. */
    boolean isOutside() {
      return range.isPresent() && median().filter(range.get()::contains).isEmpty();
    }
  }

  private Comparison() {}

  /**
   * Compares.
   *
   * @param ours figures by name, of one round after the other
   * @param theirs the other commit's, of the same rounds
   * @return all that either has or a range names, by name
   */
  static List<Figure> of(
      List<Map<String, Double>> ours,
      List<Map<String, Double>> theirs,
      SortedMap<String, Range> ranges) {
    if (ours.size() != theirs.size()) {
      throw new IllegalArgumentException(
          "%d rounds of ours, %d of theirs".formatted(ours.size(), theirs.size()));
    }
    SortedSet<String> names = new TreeSet<>(ranges.keySet());
    ours.forEach(round -> names.addAll(round.keySet()));
    theirs.forEach(round -> names.addAll(round.keySet()));
    SortedMap<String, Figure> figures = new TreeMap<>();
    for (String name : names) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < ours.size(); i++) {
        Double our = ours.get(i).get(name);
        Double their = theirs.get(i).get(name);
        if (our != null && their != null && (their != 0 || our == 0)) {
          ratios.add(their == 0 ? 1 : our / their); // nothing is once nothing
        }
      }
      figures.put(
          name,
          new Figure(
              name,
              median(values(ours, name)),
              median(values(theirs, name)),
              ratios,
              Optional.ofNullable(ranges.get(name))));
    }
    return List.copyOf(figures.values());
  }

  private static List<Double> values(List<Map<String, Double>> rounds, String name) {
    return rounds.stream().map(round -> round.get(name)).filter(Objects::nonNull).sorted().toList();
  }

  /** The lower one of the two in the middle, if there are two. */
  private static Optional<Double> median(List<Double> sorted) {
    return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get((sorted.size() - 1) / 2));
  }
}
