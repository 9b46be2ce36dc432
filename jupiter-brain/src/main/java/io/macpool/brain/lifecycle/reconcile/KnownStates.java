package io.macpool.brain.lifecycle.reconcile;

import io.macpool.core.fleet.Instance;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Since when each record is known here to be as it is. An inventory that was asked for later than
 * that can be held against it; an older one can't. Times are nanoseconds of our monotonic time.
 */
final class KnownStates {

  private record State(Instance instance, long since) {}

  private Map<String, State> states = Map.of();

  /**
   * Takes in the whole ledger.
   *
   * @param read when it had been read
   */
  void read(Collection<Instance> instances, long read) {
    Map<String, State> now = new HashMap<>();
    for (Instance instance : instances) {
      State before = states.get(instance.id());
      now.put(
          instance.id(),
          before != null && before.instance().equals(instance)
              ? before
              : new State(instance, read));
    }
    states = now;
  }

  /** Those that had been as they are when the inventory was asked for. */
  Set<String> before(long asked) {
    Set<String> settled = new HashSet<>();
    states.forEach(
        (id, state) -> {
          if (state.since() - asked < 0) {
            settled.add(id);
          }
        });
    return settled;
  }
}
