package io.macpool.sim.kubernetes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What goes wrong with calls to the API, set by tests. Thread safe. */
public final class ApiFaults {

  /** How a call ends that something befalls. */
  enum Ending {
    /** By an answer that says why not. */
    REFUSAL,
    /** By the connection's end. */
    DROP,
    /** Never, for as long as the caller waits. */
    SILENCE,
    /** As it should, but later. */
    DELAY
  }

  /**
   * What happens to one call.
   *
   * @param status of a refusal
   * @param delay of a delayed answer
   * @param carriedOut whether the call is carried out although it gets no answer
   */
  record Fault(Ending ending, int status, Duration delay, boolean carriedOut) {

    static Fault withoutAnswer(Ending ending, boolean carriedOut) {
      return new Fault(ending, 0, Duration.ZERO, carriedOut);
    }
  }

  private static final class Rule {
    private final Predicate<ApiCall> calls;
    private final Fault fault;
    private int left;

    Rule(Predicate<ApiCall> calls, Fault fault, int left) {
      this.calls = calls;
      this.fault = fault;
      this.left = left;
    }
  }

  private final List<Rule> rules = new ArrayList<>();

  ApiFaults() {}

  /** The next {@code times} of these calls are answered {@code status} and do nothing. */
  public void fail(int times, int status, Predicate<ApiCall> calls) {
    add(new Rule(calls, new Fault(Ending.REFUSAL, status, Duration.ZERO, false), times));
  }

  /** The next {@code times} of these calls get no answer and do nothing. */
  public void drop(int times, Predicate<ApiCall> calls) {
    add(new Rule(calls, Fault.withoutAnswer(Ending.DROP, false), times));
  }

  /** The next {@code times} of these calls are carried out, and their answer is lost. */
  public void loseAnswer(int times, Predicate<ApiCall> calls) {
    add(new Rule(calls, Fault.withoutAnswer(Ending.DROP, true), times));
  }

  /** The next {@code times} of these calls are answered truly, but later. */
  public void delay(int times, Duration delay, Predicate<ApiCall> calls) {
    add(new Rule(calls, new Fault(Ending.DELAY, 0, delay, false), times));
  }

  /**
   * The next {@code times} of these calls are taken and never answered.
   *
   * @param carriedOut whether they do what they ask for all the same
   */
  public void silence(int times, boolean carriedOut, Predicate<ApiCall> calls) {
    add(new Rule(calls, Fault.withoutAnswer(Ending.SILENCE, carriedOut), times));
  }

  private synchronized void add(Rule rule) {
    rules.add(rule);
  }

  /** No more faults. */
  public synchronized void clear() {
    rules.clear();
  }

  /**
   * The fault of this call, if one of the rules is about it; the first that is, is used up by one.
   */
  synchronized Optional<Fault> next(ApiCall call) {
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
