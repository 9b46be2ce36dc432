package io.macpool.sim.broker;

import io.macpool.sim.net.Hold;
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
  public record Call(String method, String path) {

    public boolean isCreate() {
      return method.equals("POST") && path.equals("/instances");
    }

    public boolean isCapacity() {
      return path.equals("/capacity");
    }

    public boolean isDelete() {
      return method.equals("DELETE");
    }
  }

  /** What can be done with a call. */
  interface Answering {

    /** Answers truly. */
    void carryOut();

    /** Answers truly, but later. */
    void carryOutAfter(Duration delay);

    void refuse(int status);

    /** Cuts the connection. */
    void drop();
  }

  /** What happens to one call. */
  interface Fault {
    void happen(Answering call);
  }

  private static final class Rule {
    private final Predicate<Call> calls;
    private final Fault fault;
    private int left;

    Rule(int times, Predicate<Call> calls, Fault fault) {
      this.left = times;
      this.calls = calls;
      this.fault = fault;
    }
  }

  private final List<Rule> rules = new ArrayList<>();

  BrokerFaults() {}

  /** The next {@code times} of these calls are answered {@code status} and do nothing. */
  public void fail(int times, int status, Predicate<Call> calls) {
    add(times, calls, call -> call.refuse(status));
  }

  /** The next {@code times} of these calls get no answer and do nothing. */
  public void drop(int times, Predicate<Call> calls) {
    add(times, calls, Answering::drop);
  }

  /** The next {@code times} of these calls take effect, and their answer is lost. */
  public void loseAnswer(int times, Predicate<Call> calls) {
    add(
        times,
        calls,
        call -> {
          call.drop();
          call.carryOut();
        });
  }

  /** The next {@code times} of these calls are answered truly, but later. */
  public void delay(int times, Duration delay, Predicate<Call> calls) {
    add(times, calls, call -> call.carryOutAfter(delay));
  }

  /** These calls wait until the hold is closed, and are then carried out. */
  public Hold hold(Predicate<Call> calls) {
    Hold hold = new Hold();
    add(
        Integer.MAX_VALUE,
        call -> !hold.isOver() && calls.test(call),
        call -> hold.pass(() -> call.carryOutAfter(Duration.ZERO)));
    return hold;
  }

  /** No more faults; what is held stays so. */
  public synchronized void clear() {
    rules.clear();
  }

  private synchronized void add(int times, Predicate<Call> calls, Fault fault) {
    rules.add(new Rule(times, calls, fault));
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
