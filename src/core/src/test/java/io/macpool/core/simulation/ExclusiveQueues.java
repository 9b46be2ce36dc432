package io.macpool.core.simulation;

import io.macpool.core.simulation.Link.Refused;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The job broker's exclusive queues: locks of runs, and turns. They go with their connection. */
final class ExclusiveQueues {

  private final VirtualTime time;
  private final Map<String, Link> locks = new LinkedHashMap<>();
  private final Map<String, Link> turns = new LinkedHashMap<>();
  private final Map<String, Duration> unlocked = new HashMap<>();
  private final Map<String, Duration> silences = new HashMap<>();

  ExclusiveQueues(VirtualTime time) {
    this.time = time;
  }

  void close(Link link) {
    locks.entrySet().removeIf(lock -> lock.getValue() == link && unlocks(lock.getKey()));
    turns.values().removeIf(holder -> holder == link);
  }

  private boolean unlocks(String key) {
    unlocked.put(key, time.now());
    return true;
  }

  boolean lock(Link link, String key) {
    if (locks.putIfAbsent(key, link) == null) {
      Duration since = unlocked.get(key);
      silences.put(key, since == null ? Duration.ofDays(1) : time.now().minus(since));
      return true;
    }
    return locks.get(key) == link;
  }

  boolean isLocked(String key) {
    return locks.containsKey(key);
  }

  void unlock(Link link, String key) {
    if (locks.remove(key, link)) {
      boolean unused = unlocks(key);
    }
  }

  /** For how long nobody had held the lock when it was taken last. */
  Duration silenceBefore(String key) {
    return silences.getOrDefault(key, Duration.ZERO);
  }

  void beginTurn(Link link, String key) {
    if (turns.putIfAbsent(key, link) != null && turns.get(key) != link) {
      throw new Refused("another's turn");
    }
  }

  void endTurn(String key) {
    turns.remove(key);
  }

  /** Locks that somebody holds. */
  Set<String> locked() {
    return locks.keySet();
  }
}
