package io.macpool.bench.against;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a figure may come to, as a multiple of the other commit's.
 *
 * @param least infinitely small if it has no lower bound
 * @param most infinite if it has no upper bound
 */
record Range(double least, double most) {

  private static final String NONE = "-";

  Range {
    if (!(least <= most)) {
      throw new IllegalArgumentException("no number lies between " + least + " and " + most);
    }
  }

  boolean contains(double ratio) {
    return least <= ratio && ratio <= most;
  }

  /**
   * Reads lines of a figure's name, the least and the most of its ratio; {@code -} is no bound, and
   * {@code #} begins a comment.
   *
   * @throws IllegalArgumentException if a line can't be read, with its number
   */
  static SortedMap<String, Range> readAll(Path file) throws IOException {
    return parse(Files.readAllLines(file), file.toString());
  }

  static SortedMap<String, Range> parse(List<String> lines, String place) {
    SortedMap<String, Range> ranges = new TreeMap<>(Comparator.naturalOrder());
    List<String> unreadable = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      int comment = lines.get(i).indexOf('#');
      String line = (comment < 0 ? lines.get(i) : lines.get(i).substring(0, comment)).strip();
      if (line.isEmpty()) {
        continue;
      }
      String[] words = line.split("\\s+", -1);
      try {
        if (words.length != 3) {
          throw new IllegalArgumentException("a name and two bounds are wanted");
        }
        Range range =
            new Range(
                bound(words[1], Double.NEGATIVE_INFINITY),
                bound(words[2], Double.POSITIVE_INFINITY));
        if (ranges.put(words[0], range) != null) {
          throw new IllegalArgumentException(words[0] + " stands here twice");
        }
      } catch (IllegalArgumentException e) {
        unreadable.add("%s, line %d: %s".formatted(place, i + 1, e.getMessage()));
      }
    }
    if (!unreadable.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", unreadable));
    }
    return ranges;
  }

  private static double bound(String word, double none) {
    return word.equals(NONE) ? none : Double.parseDouble(word);
  }

  @Override
  public String toString() {
    if (Double.isInfinite(least)) {
      return Double.isInfinite(most) ? "any" : "<= " + most;
    }
    return Double.isInfinite(most) ? ">= " + least : least + " to " + most;
  }
}
