package io.macpool.scaleset;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Jobs that GitHub offers, until they are acquired. A message is taken back only when none of its
 * jobs is held back any more: a successor is then told of them again. For one thread.
 */
final class OfferedJobs {

  /** GitHub's own messages hold as many. */
  private static final int AT_ONCE = 50;

  private final Map<Long, Set<Long>> byMessage = new LinkedHashMap<>();
  private int acquired;
  private long assignments = -1;

  /** Another session: what is not taken back comes again. */
  void clear() {
    byMessage.clear();
    acquired = 0;
  }

  void begin(long message) {
    byMessage.putIfAbsent(message, new LinkedHashSet<>());
  }

  void add(long message, long job) {
    byMessage.computeIfAbsent(message, begun -> new LinkedHashSet<>()).add(job);
  }

  /** The job ended without us. */
  void remove(long job) {
    byMessage.values().forEach(jobs -> jobs.remove(job));
  }

  boolean isHeldBack() {
    return byMessage.values().stream().anyMatch(jobs -> !jobs.isEmpty());
  }

  /** The jobs to acquire next, the oldest first. */
  List<Long> next(int most) {
    List<Long> next = new ArrayList<>();
    for (Set<Long> jobs : byMessage.values()) {
      for (long job : jobs) {
        if (next.size() < Math.min(most, AT_ONCE)) {
          next.add(job);
        }
      }
    }
    return next;
  }

  /**
   * They are ours, or somebody else's, or over.
   *
   * @param ours how many of them are ours
   */
  void acquired(List<Long> jobs, int ours) {
    Set<Long> gone = new HashSet<>(jobs);
    byMessage.values().forEach(each -> each.removeAll(gone));
    acquired += ours;
  }

  /**
   * Jobs that were acquired and are not yet among those that GitHub counts.
   *
   * @param count how often GitHub has told its count
   */
  int acquiredSince(long count) {
    if (count != assignments) {
      assignments = count;
      acquired = 0;
    }
    return acquired;
  }

  /** Messages that may be taken back. */
  List<Long> settled() {
    return byMessage.entrySet().stream()
        .filter(each -> each.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  void acknowledged(long message) {
    byMessage.remove(message);
  }
}
