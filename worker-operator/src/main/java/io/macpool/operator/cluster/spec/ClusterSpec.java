package io.macpool.operator.cluster.spec;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.macpool.core.pool.ScalingPolicy;
import io.macpool.operator.api.WorkerTemplate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A WorkerCluster's spec, validated by {@link SpecReader}.
 *
 * @param scaling nothing: always {@code maxJobs}
 * @param hardwarePool nothing: no bound but {@code maxJobs}
 */
public record ClusterSpec(
    int maxJobs,
    int maxJobsPerWorker,
    Map<String, String> matchLabels,
    WorkerTemplate template,
    Optional<Follow> scaling,
    Optional<String> hardwarePool,
    int weight,
    boolean rolloutOnConfigChange) {

  /** The queue that a cluster follows, and how. */
  public record Follow(String queue, ScalingPolicy policy) {}

  public ClusterSpec {
    matchLabels = Map.copyOf(matchLabels);
    Objects.requireNonNull(template, "template");
  }

  /** The queue to look at: the one followed, or the one that its workers take jobs from. */
  public Optional<String> queue() {
    return scaling
        .map(Follow::queue)
        .or(
            () ->
                Optional.ofNullable(container().env).orElse(List.of()).stream()
                    .filter(variable -> Names.QUEUE_NAME.equals(variable.getName()))
                    .map(EnvVar::getValue)
                    .filter(name -> name != null && !name.isBlank())
                    .findFirst());
  }

  /** What the worker container looks like. */
  WorkerTemplate.Spec container() {
    return Objects.requireNonNull(template.spec, "no spec is valid without it");
  }

  /** What the pods are called by; the selector's labels are among theirs. */
  WorkerTemplate.Metadata podMetadata() {
    return Objects.requireNonNull(template.metadata, "no spec is valid without labels");
  }

  /** Jobs that are the first to get slots under contention. */
  public int minJobs() {
    return scaling.map(follow -> follow.policy().minJobs()).orElse(0);
  }

  /** Pods for this many jobs. */
  public int podsFor(int jobs) {
    return (jobs + maxJobsPerWorker - 1) / maxJobsPerWorker;
  }
}
