package io.macpool.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How the number of jobs follows a queue. */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value = "!(has(self.targetQueueWait) && has(self.jobsPerQueuedJob))",
    message = "set spec.scaling.targetQueueWait or spec.scaling.jobsPerQueuedJob, not both")
public class Scaling {

  public static final int MOST_PER_JOB = 1_000;

  static final String DURATION = "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$";

  @JsonPropertyDescription("The queue whose depth (ready and unacked) is followed.")
  @Required
  @Size(min = 1, max = 255)
  public @Nullable String queue;

  @JsonPropertyDescription("Never fewer jobs than this. Default 0.")
  @Min(0)
  @Max(WorkerClusterSpec.MOST_JOBS)
  public @Nullable Integer minJobs;

  @JsonPropertyDescription(
      "How long the last queued job may wait, for example 5m. Needs the mean run time of jobs,"
          + " which is measured; until it is known, every queued job gets room at once.")
  @Pattern(DURATION)
  public @Nullable String targetQueueWait;

  @JsonPropertyDescription("Room made for each queued job, above 0. Default 1.")
  @Min(value = 0, inclusive = false)
  @Max(MOST_PER_JOB)
  public @Nullable Double jobsPerQueuedJob;

  @JsonPropertyDescription(
      "Grow only to what was wanted all through this time, for example 10s. Default 0: at once.")
  @Pattern(DURATION)
  public @Nullable String scaleUpStabilization;

  @JsonPropertyDescription("Shrink only to the most that was wanted over this time. Default 5m.")
  @Pattern(DURATION)
  public @Nullable String scaleDownStabilization;

  @JsonPropertyDescription(
      "The most jobs to add or take away in one step; a step is at most one each 15 s."
          + " Default: no bound.")
  @Min(1)
  @Max(WorkerClusterSpec.MOST_JOBS)
  public @Nullable Integer maxStep;
}
