package io.macpool.operator.cluster;

import io.macpool.core.Observed;
import io.macpool.core.pool.AutoscalePlanner;
import io.macpool.core.pool.Backlog;
import io.macpool.core.pool.ScalingDecision;
import io.macpool.core.pool.ScalingMemory;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.SlotShare;
import io.macpool.operator.cluster.PodObserver.Observation;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.ClusterSpec;
import io.macpool.operator.cluster.spec.ClusterSpec.Follow;
import java.time.Instant;
import java.util.Optional;

/** How many jobs a cluster may run: by its queue, then by the slots of its hardware pool. */
final class LimitDecider {

  private final RoundContext roundContext;

  LimitDecider(RoundContext roundContext) {
    this.roundContext = roundContext;
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
                        backlog(spec, seen, memory),
                        "spec.maxJobs is " + spec.maxJobs()));
    return spec.hardwarePool()
        .map(pool -> bySlots(cluster, spec, pool, recordedPool, seen, wanted))
        .orElse(wanted);
  }

  private JobsLimit byQueue(
      Follow follow, Observation seen, ClusterMemory memory, Optional<Integer> recordedJobs) {
    Instant now = roundContext.clock().instant();
    Observed<Backlog> backlog = backlog(follow.queue(), seen, memory);
    ScalingMemory before =
        memory.scaling.orElseGet(
            () -> ScalingMemory.starting(recordedJobs.orElse(follow.policy().minJobs()), now));
    ScalingDecision decision =
        AutoscalePlanner.decide(follow.policy(), backlog, seen.running(), before, now);
    memory.scaling = Optional.of(decision.memory());
    String why =
        backlog.match(
            known -> asked(follow, known.value(), decision.wanted()),
            unknown -> "the depth of queue " + follow.queue() + " is unknown: " + unknown.cause());
    return new JobsLimit(
        decision.limit(),
        decision.limit(),
        Optional.of(decision.reason()),
        Optional.empty(),
        Optional.of(backlog),
        why);
  }

  /** Who decides: the queue, unless a person's bounds are in its way. */
  private static String asked(Follow follow, Backlog backlog, int wanted) {
    String queue =
        "queue "
            + follow.queue()
            + " has "
            + backlog.ready()
            + " ready and "
            + backlog.unacked()
            + " unacked";
    int most = follow.policy().maxJobs();
    if (most == 0) {
      return "spec.maxJobs is 0, whatever waits: " + queue;
    }
    return wanted == most && backlog.depth() > most
        ? queue + ", and spec.maxJobs allows " + MessageFormats.jobs(most)
        : queue + ", which asks for " + MessageFormats.jobs(wanted);
  }

  /** What waits in the cluster's queue; empty if it has none, or no broker is set. */
  Optional<Observed<Backlog>> backlog(ClusterSpec spec, Observation seen, ClusterMemory memory) {
    return roundContext.queues().hasSource() || spec.scaling().isPresent()
        ? spec.queue().map(queue -> backlog(queue, seen, memory))
        : Optional.empty();
  }

  private Observed<Backlog> backlog(String queue, Observation seen, ClusterMemory memory) {
    return roundContext
        .queues()
        .depth(queue)
        .map(
            d ->
                new Backlog(d.ready(), d.unacked().orElse(seen.running()), memory.runTimes.mean()));
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
        roundContext.ledger().settle(cluster.pool(left.get()), cluster.name(), seen.bound());
        return new JobsLimit(
            0,
            wanted.wanted(),
            wanted.scaling(),
            Optional.empty(),
            wanted.backlog(),
            "its jobs on hardware pool " + left.get() + " finish before it moves to " + pool);
      }
      roundContext.ledger().forget(cluster.pool(left.get()), cluster.name());
    }
    SlotShare share =
        roundContext
            .ledger()
            .ask(
                cluster.pool(pool),
                new SlotClaim(
                    cluster.name(), spec.weight(), spec.minJobs(), wanted.jobs(), seen.bound()));
    String why =
        share.reason() == SlotShare.Reason.ALL_WANTED
            ? wanted.why()
            : wanted.why() + "; " + told(cluster, pool, share);
    return new JobsLimit(
        Math.min(wanted.jobs(), share.limit()),
        wanted.wanted(),
        wanted.scaling(),
        Optional.of(share),
        wanted.backlog(),
        why);
  }

  private String told(ClusterKey cluster, String pool, SlotShare share) {
    if (roundContext.missing().test(cluster.pool(pool))) {
      return "there is no HardwarePool "
          + pool
          + " in namespace "
          + cluster.namespace()
          + ": it keeps "
          + MessageFormats.slots(share.limit());
    }
    return "hardware pool "
        + pool
        + switch (share.reason()) {
          case ALL_WANTED -> " has room";
          case SHARED -> " is full: its share is " + MessageFormats.slots(share.share());
          case WAITS_FOR_DRAIN ->
              " owes it " + MessageFormats.slots(share.share()) + ", which others still drain";
          case GIVES_BACK ->
              " lent it slots that it gives back: its share is "
                  + MessageFormats.slots(share.share());
          case HOLDS ->
              " does not tell its slots ("
                  + roundContext
                      .ledger()
                      .picture(cluster.pool(pool))
                      .slots()
                      .match(known -> "known just now", unknown -> unknown.cause())
                  + "): it keeps "
                  + MessageFormats.slots(share.limit());
        };
  }
}
