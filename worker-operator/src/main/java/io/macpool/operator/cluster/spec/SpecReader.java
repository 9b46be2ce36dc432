package io.macpool.operator.cluster.spec;

import static io.macpool.operator.api.WorkerClusterSpec.MOST_JOBS;
import static io.macpool.operator.api.WorkerClusterSpec.MOST_WEIGHT;

import io.macpool.core.GoDuration;
import io.macpool.core.pool.ScalingPolicy;
import io.macpool.core.pool.ScalingPolicy.Aim;
import io.macpool.operator.api.PodSelector;
import io.macpool.operator.api.Scaling;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterSpec;
import io.macpool.operator.api.WorkerTemplate;
import io.macpool.operator.cluster.spec.ClusterSpec.Follow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads a spec, and names the field of each problem. The API server refuses most of them by the
 * CRD's schema; those that slip in are found here.
 */
public final class SpecReader {

  private static final Duration DOWN = Duration.ofMinutes(5);

  /** A spec, or why it is none. */
  public record Reading(Optional<ClusterSpec> spec, List<String> problems) {}

  private final List<String> problems = new ArrayList<>();

  private SpecReader() {}

  /** A resource that can't be read says why itself; else its spec is read. */
  public static Reading read(WorkerCluster cluster) {
    return cluster
        .unreadable()
        .map(problem -> new Reading(Optional.empty(), List.of(problem)))
        .orElseGet(() -> read(cluster.getSpec()));
  }

  private static Reading read(@Nullable WorkerClusterSpec spec) {
    SpecReader reader = new SpecReader();
    Optional<ClusterSpec> read =
        spec == null
            ? reader.problem("spec is missing")
            : reader.readSpec(spec).filter(valid -> reader.problems.isEmpty());
    return new Reading(read, List.copyOf(reader.problems));
  }

  private Optional<ClusterSpec> readSpec(WorkerClusterSpec spec) {
    int maxJobs = within(0, MOST_JOBS, spec.maxJobs, "spec.maxJobs");
    int perWorker = within(1, MOST_JOBS, spec.maxJobsPerWorker, "spec.maxJobsPerWorker");
    Map<String, String> labels = matchLabels(spec.selector);
    WorkerTemplate template = spec.template;
    checkTemplate(template, labels);
    int weight = spec.weight == null ? 1 : within(1, MOST_WEIGHT, spec.weight, "spec.weight");
    Optional<Follow> scaling = Optional.ofNullable(spec.scaling).flatMap(s -> follow(s, maxJobs));
    if (!problems.isEmpty() || template == null) {
      return Optional.empty();
    }
    return Optional.of(
        new ClusterSpec(
            maxJobs,
            perWorker,
            labels,
            template,
            scaling,
            Optional.ofNullable(spec.hardwarePool).filter(name -> !name.isEmpty()),
            weight,
            Boolean.TRUE.equals(spec.rolloutOnConfigChange)));
  }

  private Map<String, String> matchLabels(@Nullable PodSelector selector) {
    if (selector == null || selector.matchLabels == null || selector.matchLabels.isEmpty()) {
      problem("spec.selector.matchLabels is missing: without a label every pod would match");
      return Map.of();
    }
    return selector.matchLabels;
  }

  private void checkTemplate(@Nullable WorkerTemplate template, Map<String, String> selector) {
    if (template == null || template.spec == null) {
      problem("spec.template.spec is missing");
      return;
    }
    if (template.spec.image == null || template.spec.image.isBlank()) {
      problem("spec.template.spec.image is missing");
    }
    Map<String, String> labels =
        template.metadata == null || template.metadata.labels == null
            ? Map.of()
            : template.metadata.labels;
    selector.forEach(
        (label, value) -> {
          if (value == null) {
            problem("spec.selector.matchLabels." + label + " has no value");
          } else if (!value.equals(labels.get(label))) {
            problem(
                "spec.selector.matchLabels."
                    + label
                    + " is "
                    + value
                    + ", which spec.template.metadata.labels does not have");
          }
        });
  }

  private Optional<Follow> follow(Scaling scaling, int maxJobs) {
    String queue = scaling.queue;
    if (queue == null || queue.isBlank()) {
      problem("spec.scaling.queue is missing");
    }
    int least =
        scaling.minJobs == null ? 0 : within(0, MOST_JOBS, scaling.minJobs, "spec.scaling.minJobs");
    if (least > maxJobs) {
      problem("spec.scaling.minJobs is " + least + ", more than spec.maxJobs " + maxJobs);
    }
    OptionalInt step =
        scaling.maxStep == null
            ? OptionalInt.empty()
            : OptionalInt.of(within(1, MOST_JOBS, scaling.maxStep, "spec.scaling.maxStep"));
    Aim aim = aim(scaling);
    Duration up =
        duration(scaling.scaleUpStabilization, Duration.ZERO, "spec.scaling.scaleUpStabilization");
    Duration down =
        duration(scaling.scaleDownStabilization, DOWN, "spec.scaling.scaleDownStabilization");
    return problems.isEmpty() && queue != null
        ? Optional.of(new Follow(queue, new ScalingPolicy(least, maxJobs, aim, up, down, step)))
        : Optional.empty();
  }

  private Aim aim(Scaling scaling) {
    if (scaling.targetQueueWait != null && scaling.jobsPerQueuedJob != null) {
      problem("spec.scaling.targetQueueWait and spec.scaling.jobsPerQueuedJob exclude each other");
    }
    if (scaling.targetQueueWait != null) {
      return new Aim.QueueWait(
          duration(scaling.targetQueueWait, Duration.ZERO, "spec.scaling.targetQueueWait"));
    }
    double perJob = scaling.jobsPerQueuedJob == null ? 1 : scaling.jobsPerQueuedJob;
    if (!(perJob > 0) || perJob > Scaling.MOST_PER_JOB) {
      problem(
          "spec.scaling.jobsPerQueuedJob is "
              + perJob
              + ", must be above 0 and at most "
              + Scaling.MOST_PER_JOB);
      return new Aim.PerQueuedJob(1);
    }
    return new Aim.PerQueuedJob(perJob);
  }

  private Duration duration(@Nullable String text, Duration otherwise, String field) {
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    try {
      Duration duration = GoDuration.parse(text);
      if (!duration.isNegative()) {
        return duration;
      }
      problem(field + " is negative: " + text);
    } catch (IllegalArgumentException e) {
      problem(field + ": " + e.getMessage());
    }
    return otherwise;
  }

  private int within(int least, int most, @Nullable Integer value, String field) {
    if (value == null) {
      problem(field + " is missing");
      return least;
    }
    if (value < least) {
      problem(field + " is " + value + ", must be at least " + least);
      return least;
    }
    if (value > most) {
      problem(field + " is " + value + ", must be at most " + most);
      return least;
    }
    return value;
  }

  private <T> Optional<T> problem(String text) {
    problems.add(text);
    return Optional.empty();
  }
}
