package io.macpool.gitops.check.environment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Names that wait for each other. */
final class Cycles {

  private Cycles() {}

  /**
   * For each name that waits for itself, the way round, beginning and ending with it.
   *
   * @param waitsFor each name's own dependencies; names that are not keys wait for nothing
   */
  static Map<String, List<String>> of(Map<String, List<String>> waitsFor) {
    Map<String, List<String>> cycles = new TreeMap<>();
    for (String name : waitsFor.keySet()) {
      List<String> way = new ArrayList<>(List.of(name));
      if (leadsBack(name, name, waitsFor, way, new HashSet<>())) {
        cycles.put(name, way);
      }
    }
    return cycles;
  }

  private static boolean leadsBack(
      String from,
      String to,
      Map<String, List<String>> waitsFor,
      List<String> way,
      Set<String> seen) {
    for (String next : waitsFor.getOrDefault(from, List.of())) {
      way.add(next);
      if (next.equals(to) || (seen.add(next) && leadsBack(next, to, waitsFor, way, seen))) {
        return true;
      }
      way.remove(way.size() - 1);
    }
    return false;
  }
}
