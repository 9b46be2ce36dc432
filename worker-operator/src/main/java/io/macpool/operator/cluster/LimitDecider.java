package io.macpool.operator.cluster;

import io.macpool.core.Observed;
import io.macpool.core.pool.AutoscalePlanner;
import io.macpool.core.pool.Backlog;
import io.macpool.core.pool.ScalingDecision;
import io.macpool.core.pool.ScalingMemory;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.SlotShare;
import io.macpool.operator.cluster.ClusterSpec.Follow;
import io.macpool.operator.cluster.PodObserver.Observation;
import io.macpool.operator.queue.QueueDepth.Depth;
import java.time.Instant;
import java.util.Optional;

/** How many jobs a cluster may run: by its queue, then by the slots of its hardware pool. */
final class LimitDecider {

  private final Operation operation;

  LimitDecider(Operation operation) {
    this.operation = operation;
  }

  /**
   * Decides, and holds the limit for the cluster in its pool's ledger.
   *
   * @param recordedJobs the limit in its status
   * @param recordedPool the pool whose slots its pods take by its status
   */
  JobsLimit decide(
      ClusterKey cluster,
      ClusterSpec spec,
      Observation seen,
      ClusterMemory memory,
      Optional<Integer> recordedJobs,
      Optional<String> recordedPool) {
    JobsLimit wanted =
        spec.scaling()
            .map(follow -> byQueue(follow, seen, memory, recordedJobs))
            .orElseGet(
                () ->
                    new JobsLimit(
                        spec.maxJobs(),
                        spec.maxJobs(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "spec.maxJobs is " + spec.maxJobs()));
    return spec.hardwarePool()
        .map(pool -> bySlots(cluster, spec, pool, recordedPool, seen, wanted))
        .orElse(wanted);
  }

  private JobsLimit byQueue(
      Follow follow, Observation seen, ClusterMemory memory, Optional<Integer> recordedJobs) {
    Instant now = operation.clock().instant();
    Observed<Depth> depth = operation.queues().depth(follow.queue());
    Observed<Backlog> backlog =
        depth.map(
            d ->
                new Backlog(d.ready(), d.unacked().orElse(seen.running()), memory.runTimes.mean()));
    ScalingMemory before =
        memory.scaling.orElseGet(
            () -> ScalingMemory.starting(recordedJobs.orElse(follow.policy().minJobs()), now));
    ScalingDecision decision =
        AutoscalePlanner.decide(follow.policy(), backlog, seen.running(), before, now);
    memory.scaling = Optional.of(decision.memory());
    String why =
        backlog.match(
            known ->
                "queue "
                    + follow.queue()
                    + " has "
                    + known.value().ready()
                    + " ready and "
                    + known.value().unacked()
                    + " unacked, which asks for "
                    + decision.wanted()
                    + " jobs",
            unknown -> "the depth of queue " + follow.queue() + " is unknown: " + unknown.cause());
    return new JobsLimit(
        decision.limit(),
        decision.limit(),
        Optional.of(decision.reason()),
        Optional.empty(),
        Optional.of(backlog),
        why);
  }

  private JobsLimit bySlots(
      ClusterKey cluster,
      ClusterSpec spec,
      String pool,
      Optional<String> recordedPool,
      Observation seen,
      JobsLimit wanted) {
    Optional<String> left = recordedPool.filter(other -> !other.equals(pool));
    if (left.isPresent()) {
      if (seen.bound() > 0) {
        operation.ledger().settle(cluster.pool(left.get()), cluster.name(), seen.bound());
        return new JobsLimit(
            0,
            wanted.wanted(),
            wanted.scaling(),
            Optional.empty(),
            wanted.backlog(),
            "its jobs on hardware pool " + left.get() + " finish before it moves to " + pool);
      }
      operation.ledger().forget(cluster.pool(left.get()), cluster.name());
    }
    SlotShare share =
        operation
            .ledger()
            .ask(
                cluster.pool(pool),
                new SlotClaim(
                    cluster.name(), spec.weight(), spec.minJobs(), wanted.jobs(), seen.bound()));
    String why =
        share.reason() == SlotShare.Reason.ALL_WANTED
            ? wanted.why()
            : wanted.why() + "; hardware pool " + pool + " " + told(share);
    return new JobsLimit(
        Math.min(wanted.jobs(), share.limit()),
        wanted.wanted(),
        wanted.scaling(),
        Optional.of(share),
        wanted.backlog(),
        why);
  }

  private static String told(SlotShare share) {
    return switch (share.reason()) {
      case ALL_WANTED -> "has room";
      case SHARED -> "is full: its share is " + share.share();
      case WAITS_FOR_DRAIN -> "owes it " + share.share() + " slots, which others still drain";
      case GIVES_BACK -> "lent it slots that it gives back: its share is " + share.share();
      case HOLDS -> "does not tell its slots: it keeps " + share.limit();
    };
  }
}
