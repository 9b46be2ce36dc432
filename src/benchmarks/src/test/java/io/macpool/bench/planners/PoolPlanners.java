package io.macpool.bench.planners;

import io.macpool.core.Observed;
import io.macpool.core.pool.AutoscalePlanner;
import io.macpool.core.pool.Backlog;
import io.macpool.core.pool.FairSharePlanner;
import io.macpool.core.pool.PoolSize;
import io.macpool.core.pool.PoolSizePlanner;
import io.macpool.core.pool.ScalingMemory;
import io.macpool.core.pool.ScalingPolicy;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.WorkerPod;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The operator's planners, each beside one pass over the same values. */
@State(Scope.Benchmark)
public class PoolPlanners {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final List<SlotClaim> claims =
      IntStream.range(0, 100)
          .mapToObj(i -> new SlotClaim("c" + i, 1 + i % 5, i % 4, i * 7 % 60, i % 30))
          .toList();
  private final List<WorkerPod> pods =
      IntStream.range(0, 100)
          .mapToObj(
              i -> {
                PoolSize size = new PoolSize(i % 11, i % 11);
                return new WorkerPod(
                    "pod-" + i,
                    WorkerPod.Standing.SERVING,
                    Observed.known(size, NOW),
                    size,
                    i % 11,
                    i % 7);
              })
          .toList();
  private final ScalingPolicy policy =
      new ScalingPolicy(
          2,
          500,
          new ScalingPolicy.Aim.QueueWait(Duration.ofMinutes(2)),
          Duration.ZERO,
          Duration.ofMinutes(5),
          OptionalInt.of(50));
  private final Observed<Backlog> backlog =
      Observed.known(new Backlog(180, 40, Optional.of(Duration.ofMinutes(9))), NOW);
  private final ScalingMemory memory =
      new ScalingMemory(
          40,
          NOW.minusSeconds(60),
          IntStream.range(0, 300)
              .mapToObj(i -> new ScalingMemory.Wanted(NOW.minusSeconds(300 - i), 20 + i % 30))
              .toList());

  @Benchmark
  public Object fairShare() {
    return FairSharePlanner.plan(Observed.known(2_000, NOW), claims);
  }

  @Benchmark
  public Object fairShareOnePass() {
    return claims.stream().sorted(Comparator.comparing(SlotClaim::wanted)).toList();
  }

  @Benchmark
  public Object poolSize() {
    return PoolSizePlanner.plan(750, 10, pods);
  }

  @Benchmark
  public Object poolSizeOnePass() {
    return pods.stream().sorted(Comparator.comparing(WorkerPod::bound)).toList();
  }

  @Benchmark
  public Object autoscale() {
    return AutoscalePlanner.decide(policy, backlog, 35, memory, NOW);
  }

  @Benchmark
  public Object autoscaleOnePass() {
    return memory.wanted().stream().mapToInt(ScalingMemory.Wanted::jobs).max();
  }
}
