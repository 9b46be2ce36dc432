package io.macpool.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator saw and did. */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public class WorkerClusterStatus {

  @JsonPropertyDescription("The generation of the spec that this status speaks of.")
  public @Nullable Long observedGeneration;

  @JsonPropertyDescription("Jobs at once that the pods are to run now.")
  @StatusReplicas
  public @Nullable Integer desiredJobs;

  @JsonPropertyDescription("Jobs that run now, as far as the pods could be asked.")
  public @Nullable Integer runningJobs;

  @JsonPropertyDescription("Jobs in the queue, ready and unacked; absent while it can't be read.")
  public @Nullable Long queueDepth;

  @JsonPropertyDescription(
      "queueDepth as text for people: unknown while it can't be read, or no queue.")
  public @Nullable String queued;

  @JsonPropertyDescription("Pods that exist, terminating ones included.")
  public @Nullable Integer pods;

  @JsonPropertyDescription("The selector of the pods as text, for the scale subresource.")
  @LabelSelector
  public @Nullable String selector;

  @JsonPropertyDescription("The hardware pool whose slots the running processors take.")
  public @Nullable String hardwarePool;

  @JsonPropertyDescription("Each pod: what it runs, and what it was told.")
  public List<WorkerStatus> workerStatuses = new ArrayList<>();

  @JsonPropertyDescription(
      "Ready, Progressing, Scaling, Stalled and Degraded, with reason and message.")
  public List<Condition> conditions = new ArrayList<>();
}
