package io.macpool.sim.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What goes wrong with calls to the simulated broker, set by tests. Thread safe. */
public final class BrokerFaults {

  /**
   * One call.
   *
   * @param method {@code POST}, {@code GET}, {@code DELETE}
   * @param path {@code /instances/…}
   */
  public record Call(String method, String path) {}

  /**
   * What happens to one call.
   *
   * @param status the answer's code; 0: a true answer; empty: none, the connection drops
   * @param carriedOut whether the call takes effect although its answer is lost
   */
  record Fault(Optional<Integer> status, Duration delay, boolean carriedOut) {}

  private static final class Rule {
    private final Predicate<Call> calls;
    private final Fault fault;
    private int left;

    Rule(int times, Fault fault, Predicate<Call> calls) {
      this.left = times;
      this.fault = fault;
      this.calls = calls;
    }
  }

  private final List<Rule> rules = new ArrayList<>();

  BrokerFaults() {}

  /** The next {@code times} of these calls are answered {@code status} and do nothing. */
  public void fail(int times, int status, Predicate<Call> calls) {
    add(new Rule(times, new Fault(Optional.of(status), Duration.ZERO, false), calls));
  }

  /** The next {@code times} of these calls get no answer and do nothing. */
  public void drop(int times, Predicate<Call> calls) {
    add(new Rule(times, new Fault(Optional.empty(), Duration.ZERO, false), calls));
  }

  /** The next {@code times} of these calls take effect, and their answer is lost. */
  public void loseAnswer(int times, Predicate<Call> calls) {
    add(new Rule(times, new Fault(Optional.empty(), Duration.ZERO, true), calls));
  }

  /** The next {@code times} of these calls are answered truly, but later. */
  public void delay(int times, Duration delay, Predicate<Call> calls) {
    add(new Rule(times, new Fault(Optional.of(0), delay, true), calls));
  }

  /** No more faults. */
  public synchronized void clear() {
    rules.clear();
  }

  private synchronized void add(Rule rule) {
    rules.add(rule);
  }

  synchronized Optional<Fault> next(Call call) {
    for (Iterator<Rule> each = rules.iterator(); each.hasNext(); ) {
      Rule rule = each.next();
      if (rule.calls.test(call)) {
        rule.left--;
        if (rule.left <= 0) {
          each.remove();
        }
        return Optional.of(rule.fault);
      }
    }
    return Optional.empty();
  }
}
