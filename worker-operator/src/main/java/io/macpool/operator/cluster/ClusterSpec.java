package io.macpool.operator.cluster;

import io.macpool.core.pool.ScalingPolicy;
import io.macpool.operator.api.WorkerTemplate;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A WorkerCluster's spec, validated by {@link SpecReader}.
 *
 * @param scaling nothing: always {@code maxJobs}
 * @param hardwarePool nothing: no bound but {@code maxJobs}
 */
record ClusterSpec(
    int maxJobs,
    int maxJobsPerWorker,
    Map<String, String> matchLabels,
    WorkerTemplate template,
    Optional<Follow> scaling,
    Optional<String> hardwarePool,
    int weight,
    boolean rolloutOnConfigChange) {

  /** The queue that a cluster follows, and how. */
  record Follow(String queue, ScalingPolicy policy) {}

  ClusterSpec {
    matchLabels = Map.copyOf(matchLabels);
    Objects.requireNonNull(template, "template");
  }

  /** Jobs that are the first to get slots under contention. */
  int minJobs() {
    return scaling.map(follow -> follow.policy().minJobs()).orElse(0);
  }

  /** Pods for this many jobs. */
  int podsFor(int jobs) {
    return (jobs + maxJobsPerWorker - 1) / maxJobsPerWorker;
  }
}
