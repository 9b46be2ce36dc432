package io.macpool.core.simulation;

import io.macpool.core.simulation.Link.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The job broker's durable queues beside a job's message: its end, and that it was given back. */
final class EndQueues {

  private static final String TOLD = "told";

  private final Map<String, List<String>> endings = new LinkedHashMap<>();
  private final Map<String, Report> written = new HashMap<>();
  private final Set<String> marks = new HashSet<>();

  boolean hasEnding(String key) {
    return endings.containsKey(key);
  }

  /** Declares the queue of an end. */
  int declareEnding(String key) {
    return endings.computeIfAbsent(key, unused -> new ArrayList<>()).size();
  }

  void clearEnding(String key) {
    ending(key).clear();
  }

  int endingSize(String key) {
    return ending(key).size();
  }

  private List<String> ending(String key) {
    List<String> found = endings.get(key);
    if (found == null) {
      throw new Refused("no such queue");
    }
    return found;
  }

  Optional<Report> readEnding(String key) {
    return ending(key).stream().findFirst().map(id -> Objects.requireNonNull(written.get(id)));
  }

  void putEnding(String key, Report report) {
    ending(key).add(report.id());
    written.put(report.id(), report);
  }

  void putTold(String key) {
    ending(key).add(TOLD);
  }

  void forgetEnding(String key) {
    endings.remove(key);
  }

  void mark(String key) {
    marks.add(key);
  }

  boolean isMarked(String key) {
    return marks.contains(key);
  }

  void unmark(String key) {
    marks.remove(key);
  }
}
