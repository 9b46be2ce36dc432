package io.macpool.sim.vcenter.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Which call goes wrong. The n-th call of a method always meets the same fate under the same seed
 * and rules, however calls of other methods interleave. Thread-safe.
 */
public final class FaultPlan {

  private static final class Active {
    private final FaultRule rule;
    private final int index;
    private final Map<String, Integer> seen = new HashMap<>();
    private int struck;

    private Active(FaultRule rule, int index) {
      this.rule = rule;
      this.index = index;
    }
  }

  private final long seed;
  private final List<Active> rules = new ArrayList<>();
  private int added;

  public FaultPlan(long seed) {
    this.seed = seed;
  }

  /** Adds a rule; of several that strike one call, the first added wins. */
  public synchronized void add(FaultRule rule) {
    rules.add(new Active(rule, added++));
  }

  /** Nothing goes wrong any more. */
  public synchronized void clear() {
    rules.clear();
  }

  /** How often the rules that are in force have struck. */
  public synchronized int struck() {
    return rules.stream().mapToInt(active -> active.struck).sum();
  }

  public synchronized Optional<FaultAction> next(String method) {
    FaultAction action = null;
    for (Active active : rules) {
      if (active.rule.matches(method)) {
        int nth = active.seen.merge(method, 1, Integer::sum);
        if (action == null && strikes(active, method, nth)) {
          active.struck++;
          action = active.rule.action();
        }
      }
    }
    return Optional.ofNullable(action);
  }

  private boolean strikes(Active active, String method, int nth) {
    FaultRule rule = active.rule;
    if (nth <= rule.skip() || active.struck >= rule.times()) {
      return false;
    }
    if (rule.probability() >= 1) {
      return true;
    }
    long mixed = seed * 31 + active.index;
    mixed = mixed * 1_000_003 + method.hashCode();
    mixed = mixed * 1_000_003 + nth;
    return new SplittableRandom(mixed).nextDouble() < rule.probability();
  }
}
