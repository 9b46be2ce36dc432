package io.macpool.core.pool;

import io.macpool.core.Observed;
import io.macpool.core.pool.ScalingDecision.Reason;
import java.time.Duration;
import java.time.Instant;

/**
 * Lets a cluster's limit follow its queue: up at once, down only to the most that was wanted over a
 * window, never below what runs, never while the queue can't be read. What the hardware holds is
 * not looked at here: the limit says what is wanted, and {@link FairSharePlanner} says what may be
 * had.
 */
public final class AutoscalePlanner {

  /** A policy's {@code maxStep} is for each of these. */
  public static final Duration STEP_INTERVAL = Duration.ofSeconds(15);

  private AutoscalePlanner() {}

  /**
   * Decides.
   *
   * @param running jobs that run now
   * @param memory of the last decision
   */
  public static ScalingDecision decide(
      ScalingPolicy policy,
      Observed<Backlog> backlog,
      int running,
      ScalingMemory memory,
      Instant now) {
    int current = clamp(memory.limit(), policy);
    Duration window = longer(policy.upStabilization(), policy.downStabilization());
    if (!backlog.isKnown()) {
      return decision(current, current, Reason.HOLDING, memory.noting(current, now, window), now);
    }
    int wanted = policy.wanted(backlog.toOptional().orElseThrow());
    ScalingMemory noted = memory.noting(wanted, now, window);
    int up = Math.min(wanted, noted.leastSince(now.minus(policy.upStabilization())));
    int down = Math.max(wanted, noted.mostSince(now.minus(policy.downStabilization())));
    int next = up > current ? up : Math.min(current, down);
    Reason reason = reason(next, current, wanted);

    int floor = Math.min(Math.max(0, running), policy.maxJobs());
    if (next < floor && next < current) {
      next = Math.min(current, floor);
      reason = Reason.RUNNING;
    }
    if (next != current && policy.maxStep().isPresent()) {
      int step = policy.maxStep().getAsInt();
      boolean due = !now.isBefore(noted.steppedAt().plus(STEP_INTERVAL));
      int reach = due ? step : 0;
      int stepped = Math.max(current - reach, Math.min(current + reach, next));
      reason = stepped == next ? reason : Reason.STEPPING;
      next = stepped;
    }
    return decision(next, wanted, reason, noted, now);
  }

  private static Reason reason(int next, int current, int wanted) {
    if (next > current) {
      return Reason.UP;
    }
    if (next < current) {
      return Reason.DOWN;
    }
    return wanted == current ? Reason.STEADY : Reason.STABILIZING;
  }

  private static ScalingDecision decision(
      int limit, int wanted, Reason reason, ScalingMemory memory, Instant now) {
    Instant stepped = limit == memory.limit() ? memory.steppedAt() : now;
    return new ScalingDecision(
        limit, wanted, reason, new ScalingMemory(limit, stepped, memory.wanted()));
  }

  private static int clamp(int limit, ScalingPolicy policy) {
    return Math.max(policy.minJobs(), Math.min(policy.maxJobs(), limit));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
