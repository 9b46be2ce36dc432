package io.macpool.worker.gostack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the Go stack and this one differ on purpose: one table, which docs/migrating.md shows and
 * which alone excuses a comparison.
 */
final class Differences {

  /**
   * A difference.
   *
   * @param shownBy test classes, with commas
   */
  record Difference(
      String name, String subject, String there, String here, String why, List<String> shownBy) {}

  private final Map<String, Difference> known = new LinkedHashMap<>();
  private final Set<String> met = ConcurrentHashMap.newKeySet();

  private Differences() {}

  static Differences read() throws IOException {
    Differences all = new Differences();
    try (InputStream in = Differences.class.getResourceAsStream("/go-stack/differences.tsv")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().skip(1).toList()) {
        String[] cells = line.split("\t", -1);
        if (cells.length != 6) {
          throw new IOException("not six cells: " + line);
        }
        Difference one =
            new Difference(
                cells[0], cells[1], cells[2], cells[3], cells[4], List.of(cells[5].split(",", -1)));
        if (all.known.put(one.name(), one) != null) {
          throw new IOException("twice: " + one.name());
        }
      }
    }
    return all;
  }

  List<Difference> all() {
    return new ArrayList<>(known.values());
  }

  /** Excuses something, if the table has a difference of this name. */
  void meet(String name) {
    if (!known.containsKey(name)) {
      throw new AssertionError("no difference is called " + name);
    }
    met.add(name);
  }

  Set<String> met() {
    return Set.copyOf(met);
  }
}
