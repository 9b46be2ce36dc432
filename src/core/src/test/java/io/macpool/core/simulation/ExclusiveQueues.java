package io.macpool.core.simulation;

import io.macpool.core.simulation.Link.Refused;
import io.macpool.core.simulation.VirtualTime.Life;
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
  private final Map<String, Map<Life, Duration>> unlocked = new HashMap<>();

  ExclusiveQueues(VirtualTime time) {
    this.time = time;
  }

  void close(Link link) {
    locks.entrySet().removeIf(lock -> lock.getValue() == link && unlocks(link, lock.getKey()));
    turns.values().removeIf(holder -> holder == link);
  }

  private boolean unlocks(Link link, String key) {
    unlocked.computeIfAbsent(key, unused -> new HashMap<>()).put(link.worker(), time.now());
    return true;
  }

  boolean lock(Link link, String key) {
    return locks.putIfAbsent(key, link) == null || locks.get(key) == link;
  }

  boolean isLocked(String key) {
    return locks.containsKey(key);
  }

  void unlock(Link link, String key) {
    if (locks.remove(key, link)) {
      boolean unused = unlocks(link, key);
    }
  }

  /** For how long a worker has not held the lock; zero, too, if it never did. */
  Duration silenceOf(String key, Life worker) {
    Link holder = locks.get(key);
    Duration since = unlocked.getOrDefault(key, Map.of()).get(worker);
    boolean isHeld = holder != null && holder.worker() == worker;
    return isHeld || since == null ? Duration.ZERO : time.now().minus(since);
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
