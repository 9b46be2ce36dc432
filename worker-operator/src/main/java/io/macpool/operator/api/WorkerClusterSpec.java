package io.macpool.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import org.jspecify.annotations.Nullable;

/** What a person wants of a WorkerCluster. */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value =
        "!has(self.scaling) || !has(self.scaling.minJobs) || self.scaling.minJobs <= self.maxJobs",
    message = "spec.scaling.minJobs must be at most spec.maxJobs",
    fieldPath = ".scaling.minJobs")
@ValidationRule(
    value =
        "!has(self.selector.matchLabels) || self.selector.matchLabels.all(k,"
            + " has(self.template.metadata) && has(self.template.metadata.labels) && k in"
            + " self.template.metadata.labels && self.template.metadata.labels[k] =="
            + " self.selector.matchLabels[k])",
    message = "spec.selector.matchLabels must be among spec.template.metadata.labels",
    fieldPath = ".selector")
@ValidationRule(
    value = "self.selector.matchLabels == oldSelf.selector.matchLabels",
    message = "spec.selector is immutable: make a new WorkerCluster instead",
    fieldPath = ".selector")
public class WorkerClusterSpec {

  /** More jobs than any fleet runs: a larger number is a slip. */
  public static final int MOST_JOBS = 100_000;

  public static final int MOST_WEIGHT = 10_000;

  @JsonPropertyDescription(
      "Jobs at once over all pods of this cluster, pods that finish their last jobs included.")
  @Required
  @Min(0)
  @Max(MOST_JOBS)
  @SpecReplicas
  public @Nullable Integer maxJobs;

  @JsonPropertyDescription("Jobs at once in one pod.")
  @Required
  @Min(1)
  @Max(MOST_JOBS)
  public @Nullable Integer maxJobsPerWorker;

  @JsonPropertyDescription("Which pods are this cluster's. Immutable.")
  @Required
  public @Nullable PodSelector selector;

  @JsonPropertyDescription("What a worker pod looks like; changing it rolls the pods.")
  @Required
  public @Nullable WorkerTemplate template;

  @JsonPropertyDescription(
      "Makes the number of jobs follow the depth of a queue, between minJobs and maxJobs."
          + " Absent: always maxJobs.")
  public @Nullable Scaling scaling;

  @JsonPropertyDescription(
      "The HardwarePool, in this namespace, whose slots these jobs take. Absent: no bound but"
          + " maxJobs.")
  @Size(min = 1, max = 253)
  public @Nullable String hardwarePool;

  @JsonPropertyDescription(
      "Share of the hardware pool under contention, relative to the other clusters' weights."
          + " Default 1.")
  @Min(1)
  @Max(MOST_WEIGHT)
  public @Nullable Integer weight;

  @JsonPropertyDescription(
      "Roll the pods when a Secret or ConfigMap that the template names in env or envFrom changes."
          + " Default false.")
  public @Nullable Boolean rolloutOnConfigChange;
}
