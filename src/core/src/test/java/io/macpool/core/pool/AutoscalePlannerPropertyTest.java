package io.macpool.core.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.Observed;
import io.macpool.core.pool.ScalingDecision.Reason;
import io.macpool.core.pool.ScalingPolicy.Aim;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class AutoscalePlannerPropertyTest {

  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration DOWN = Duration.ofMinutes(5);
  private static final ScalingPolicy POLICY = policy(2, 40, OptionalInt.empty());

  @Property
  void upAtOnceAndDownOnlyToTheMostWantedOverTheWindow(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 60) Integer> depths) {
    ScalingMemory memory = ScalingMemory.starting(2, START);
    for (int i = 0; i < depths.size(); i++) {
      Instant now = START.plusSeconds(20L * (i + 1));
      ScalingDecision decision =
          AutoscalePlanner.decide(POLICY, backlog(depths.get(i), now), 0, memory, now);
      int most = 2;
      for (int j = i; j >= 0 && 20L * (i - j) <= DOWN.toSeconds(); j--) {
        most = Math.max(most, Math.min(40, depths.get(j)));
      }
      assertThat(decision.limit()).isEqualTo(Math.max(most, i < 15 ? 2 : 0));
      assertThat(decision.limit()).isBetween(2, 40);
      memory = decision.memory();
    }
  }

  @Property
  void neverBelowWhatRunsNorAboveTheMaximum(
      @ForAll @IntRange(max = 60) int start,
      @ForAll @IntRange(max = 60) int depth,
      @ForAll @IntRange(max = 60) int running) {
    Instant later = START.plus(DOWN).plusSeconds(600);
    ScalingMemory memory = ScalingMemory.starting(start, START);
    for (int i = 0; i < 3; i++) {
      Instant now = later.plus(DOWN.multipliedBy(i));
      ScalingDecision decision =
          AutoscalePlanner.decide(POLICY, backlog(depth, now), running, memory, now);
      int before = Math.max(2, Math.min(40, memory.limit()));
      assertThat(decision.limit()).isBetween(2, 40);
      assertThat(decision.limit()).isGreaterThanOrEqualTo(Math.min(before, running));
      memory = decision.memory();
    }
  }

  @Property
  void unknownHolds(@ForAll @IntRange(min = 2, max = 40) int start) {
    ScalingMemory memory = ScalingMemory.starting(start, START);
    for (int minutes = 1; minutes < 30; minutes++) {
      Instant now = START.plus(Duration.ofMinutes(minutes));
      ScalingDecision decision =
          AutoscalePlanner.decide(POLICY, Observed.unknown("gone", START), 0, memory, now);
      assertThat(decision.limit()).isEqualTo(start);
      assertThat(decision.reason()).isEqualTo(Reason.HOLDING);
      memory = decision.memory();
    }
    // Blindness is no quiet period: what comes after it waits for the window as well.
    Instant seen = START.plus(Duration.ofMinutes(30));
    assertThat(AutoscalePlanner.decide(POLICY, backlog(0, seen), 0, memory, seen).limit())
        .isEqualTo(start);
  }

  @Property
  void stepsAreBoundedInSizeAndTime(
      @ForAll @IntRange(min = 1, max = 5) int step,
      @ForAll @Size(min = 2, max = 60) List<@IntRange(max = 60) Integer> depths) {
    ScalingPolicy policy = policy(0, 60, OptionalInt.of(step));
    ScalingMemory memory = ScalingMemory.starting(0, START);
    Instant changed = Instant.EPOCH;
    for (int i = 0; i < depths.size(); i++) {
      Instant now = START.plusSeconds(5L * (i + 1));
      ScalingDecision decision =
          AutoscalePlanner.decide(policy, backlog(depths.get(i), now), 0, memory, now);
      int moved = Math.abs(decision.limit() - memory.limit());
      assertThat(moved).isLessThanOrEqualTo(step);
      if (moved > 0) {
        assertThat(Duration.between(changed, now))
            .isGreaterThanOrEqualTo(AutoscalePlanner.STEP_INTERVAL);
        changed = now;
      }
      memory = decision.memory();
    }
  }

  @Example
  void upStabilizationGrowsOnlyToWhatWasWantedAllThrough() {
    ScalingPolicy policy =
        new ScalingPolicy(
            0, 40, new Aim.PerQueuedJob(1), Duration.ofSeconds(30), DOWN, OptionalInt.empty());
    ScalingMemory memory = ScalingMemory.starting(0, START);
    int[] depths = {10, 20, 8, 12, 12};
    int[] limits = {0, 0, 0, 8, 8};
    for (int i = 0; i < depths.length; i++) {
      Instant now = START.plusSeconds(10L * (i + 1));
      ScalingDecision decision =
          AutoscalePlanner.decide(policy, backlog(depths[i], now), 0, memory, now);
      assertThat(decision.limit()).as("at %s", now).isEqualTo(limits[i]);
      memory = decision.memory();
    }
  }

  @Example
  void aTargetWaitAsksForFewerProcessors() {
    ScalingPolicy policy =
        new ScalingPolicy(
            0,
            100,
            new Aim.QueueWait(Duration.ofMinutes(10)),
            Duration.ZERO,
            DOWN,
            OptionalInt.empty());
    // Jobs of 10 minutes that may wait 10: each processor serves two of them.
    Backlog backlog = new Backlog(30, 10, Optional.of(Duration.ofMinutes(10)));
    assertThat(policy.wanted(backlog)).isEqualTo(20);
    assertThat(policy.wanted(new Backlog(30, 10, Optional.empty()))).isEqualTo(40);
    assertThat(backlog.waitWith(20)).contains(Duration.ofMinutes(15));
    assertThat(backlog.waitWith(0)).isEmpty();
  }

  private static ScalingPolicy policy(int least, int most, OptionalInt step) {
    return new ScalingPolicy(least, most, new Aim.PerQueuedJob(1), Duration.ZERO, DOWN, step);
  }

  private static Observed<Backlog> backlog(int depth, Instant at) {
    return Observed.known(new Backlog(depth, 0, Optional.empty()), at);
  }
}
