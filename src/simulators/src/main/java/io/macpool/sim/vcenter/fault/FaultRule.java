package io.macpool.sim.vcenter.fault;

import java.util.Objects;

/**
 * When something goes wrong.
 *
 * @param method the method it befalls; {@code *}: any
 * @param probability of each call, 0 to 1
 * @param skip so many calls of the method are spared first
 * @param times it strikes so often at most
 */
public record FaultRule(
    String method, double probability, int skip, int times, FaultAction action) {

  public FaultRule {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(action, "action");
    if (!(probability >= 0 && probability <= 1) || skip < 0 || times < 0) {
      throw new IllegalArgumentException(
          "a fault needs a probability from 0 to 1 and counts that are not negative");
    }
  }

  /** Strikes the next call of the method, once. */
  public static FaultRule once(String method, FaultAction action) {
    return new FaultRule(method, 1, 0, 1, action);
  }

  /** Strikes every call of the method. */
  public static FaultRule always(String method, FaultAction action) {
    return new FaultRule(method, 1, 0, Integer.MAX_VALUE, action);
  }

  /** Strikes each call of the method by chance. */
  public static FaultRule sometimes(String method, double probability, FaultAction action) {
    return new FaultRule(method, probability, 0, Integer.MAX_VALUE, action);
  }

  /** The same, sparing the first calls. */
  public FaultRule after(int calls) {
    return new FaultRule(method, probability, calls, times, action);
  }

  boolean matches(String called) {
    return method.equals("*") || method.equals(called);
  }
}
