package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.macpool.core.pool.RunTimes;
import io.macpool.core.pool.ScalingMemory;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.cluster.contest.ReplicasContest;
import io.macpool.operator.cluster.report.Refusals;
import io.macpool.operator.cluster.spec.Credential;
import io.macpool.operator.control.WorkerReport;
import io.macpool.operator.control.WorkerRounds;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the operator remembers of a cluster between rounds. Nothing that safety needs: that is in
 * the resource's status. Used by one round at a time.
 */
final class ClusterMemory {

  final String uid;
  final WorkerRounds workers;
  Optional<WorkerCluster> written = Optional.empty();

  /** Of a resource that can't be read: written, and not to be read again. */
  Optional<WorkerClusterStatus> conditions = Optional.empty();

  Optional<Deployment> applied = Optional.empty();

  /** What the API made of our last apply, if something changes what we apply. */
  Optional<String> bent = Optional.empty();

  /** The Deployment that was found to be what it is to be. */
  Optional<DeploymentApplier.Held> held = Optional.empty();

  final Credential credential;
  final Refusals refusals;
  final ReplicasContest contest = new ReplicasContest();
  final Map<String, Instant> stuckSince = new HashMap<>();

  /** Since when each round has planned on an outdated picture, or null. */
  @Nullable Instant conflictsSince;

  Optional<ScalingMemory> scaling = Optional.empty();
  Set<String> retiring = Set.of();
  RunTimes runTimes;
  Instant informedAt = Instant.EPOCH;
  final Pace pace;
  private final Map<String, Long> processed = new HashMap<>();

  ClusterMemory(
      String uid,
      WorkerRounds workers,
      Credential credential,
      Refusals refusals,
      Pace pace,
      Instant now) {
    this.uid = uid;
    this.workers = workers;
    this.credential = credential;
    this.refusals = refusals;
    this.pace = pace;
    this.runTimes = RunTimes.none(now);
  }

  /** Counts jobs finished since the last round, over the workers that answered. */
  void count(Map<String, WorkerReport> reports, int running, Instant now) {
    long finished = 0;
    for (Map.Entry<String, WorkerReport> entry : reports.entrySet()) {
      long total = entry.getValue().processed();
      long before = processed.getOrDefault(entry.getKey(), total);
      finished += Math.max(0, total - before);
      processed.put(entry.getKey(), total);
    }
    runTimes = runTimes.observing(running, finished, now);
  }

  void forgetAllBut(Set<String> pods) {
    processed.keySet().retainAll(pods);
    stuckSince.keySet().retainAll(pods);
  }

  /**
   * The newer of what a cache shows and what we wrote ourselves: a cache lags behind our own
   * writes.
   */
  static <T extends HasMetadata> T newest(T cached, Optional<T> written) {
    return written.filter(mine -> version(mine) > version(cached)).orElse(cached);
  }

  private static long version(HasMetadata resource) {
    try {
      return Long.parseLong(resource.getMetadata().getResourceVersion());
    } catch (NumberFormatException e) {
      return -1; // versions are opaque by contract: then the cache is what we go by
    }
  }
}
