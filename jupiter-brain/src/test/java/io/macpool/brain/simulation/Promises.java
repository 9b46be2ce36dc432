package io.macpool.brain.simulation;

import io.macpool.brain.simulation.SimulatedFleet.Vm;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What must hold after every event, whatever happens; and the last events, for whoever looks. */
final class Promises {

  /** A promise was broken. */
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1L;

    private Broken(String message) {
      super(message);
    }
  }

  private static final int KEPT = 60;

  private final VirtualTime time;
  private final SimulatedFleet fleet;
  private final Map<String, String> held = new HashMap<>();
  private final Map<String, String> known = new HashMap<>();
  private final Map<String, Set<String>> byKey = new HashMap<>();
  private final Deque<String> trace = new ArrayDeque<>();
  private int hash = 1;
  private int handedOver;

  Promises(VirtualTime time, SimulatedFleet fleet) {
    this.time = time;
    this.fleet = fleet;
    fleet.onEnd(this::ends);
  }

  /** Something happened. */
  void note(String what) {
    String line = time.instant() + " " + what;
    hash = 31 * hash + line.hashCode();
    trace.addLast(line);
    if (trace.size() > KEPT) {
      trace.removeFirst();
    }
  }

  /** A number that stands for all that was noted. */
  int fingerprint() {
    return hash;
  }

  int handedOver() {
    return handedOver;
  }

  /** Instances that are somebody's now. */
  Set<String> held() {
    return Set.copyOf(held.keySet());
  }

  /**
   * A client learns that an instance is its own.
   *
   * @param key empty if it gave none
   */
  void handOver(String instance, String client, String key) {
    note(client + " has " + instance);
    handedOver++;
    String before = known.putIfAbsent(instance, client);
    if (before != null && !before.equals(client)) {
      throw broken("one owner: " + instance + " was " + before + "'s and is " + client + "'s");
    }
    held.put(instance, client);
    if (!key.isEmpty()) {
      Set<String> all = byKey.computeIfAbsent(key, k -> new HashSet<>());
      all.add(instance);
      if (all.stream().filter(held::containsKey).count() > 1) {
        throw broken("one instance for a key: " + key + " made " + all);
      }
    }
  }

  /** It is nobody's any more. */
  void letGo(String instance, String why) {
    if (held.remove(instance) != null) {
      note(instance + " is let go: " + why);
    }
  }

  private void ends(Vm vm) {
    if (held.containsKey(vm.instance())) {
      throw broken(
          "no running job destroyed: " + vm.instance() + " is " + held.get(vm.instance()) + "'s");
    }
  }

  /** To be called after each event. */
  void check() {
    fleet
        .load()
        .forEach(
            (host, machines) -> {
              if (machines > SimulatedFleet.SLOTS) {
                throw broken("no overcommit: " + host + " has " + machines + " machines");
              }
            });
  }

  /**
   * When all is quiet again: nothing is there that is nobody's.
   *
   * @param warm what waits for an owner
   */
  void checkNoLeak(Set<String> warm) {
    Set<String> left = new HashSet<>();
    fleet.machines().forEach(vm -> left.add(vm.instance()));
    left.removeAll(held.keySet());
    left.removeAll(warm);
    if (!left.isEmpty()) {
      throw broken("no leak: " + left + " are nobody's");
    }
  }

  private Broken broken(String promise) {
    return new Broken(promise + "\n  " + String.join("\n  ", trace));
  }
}
