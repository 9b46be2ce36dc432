package io.macpool.service.setting;

import java.util.List;
import java.util.Optional;

/** What a person may have meant by a name that is none. */
final class Spelling {

  /** More edits than these are another word, not a slip. */
  private static final int MOST_EDITS = 3;

  private Spelling() {}

  /** The setting whose flag is spelt most like this one. */
  static Optional<Setting<?>> nearest(String flag, List<Setting<?>> settings) {
    Setting<?> best = null;
    int least = MOST_EDITS + 1;
    for (Setting<?> setting : settings) {
      int edits = edits(flag, setting.flag());
      if (edits < least) {
        least = edits;
        best = setting;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Levenshtein's distance. */
  private static int edits(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[to.length()];
  }
}
