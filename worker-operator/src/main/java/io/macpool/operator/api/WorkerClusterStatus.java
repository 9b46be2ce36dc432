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

/** What the operator saw and did. */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public class WorkerClusterStatus {

  @JsonPropertyDescription("The generation of the spec that this status speaks of.")
  public Long observedGeneration;

  @JsonPropertyDescription("Jobs at once that the pods are to run now.")
  @StatusReplicas
  public Integer desiredJobs;

  @JsonPropertyDescription("Jobs that run now, as far as the pods could be asked.")
  public Integer runningJobs;

  @JsonPropertyDescription("Jobs in the queue, ready and unacked; absent while it can't be read.")
  public Long queueDepth;

  @JsonPropertyDescription(
      "queueDepth as text for people: unknown while it can't be read, or no queue.")
  public String queued;

  @JsonPropertyDescription("Pods that exist, terminating ones included.")
  public Integer pods;

  @JsonPropertyDescription("The selector of the pods as text, for the scale subresource.")
  @LabelSelector
  public String selector;

  @JsonPropertyDescription("The hardware pool whose slots the running processors take.")
  public String hardwarePool;

  @JsonPropertyDescription("Each pod: what it runs, and what it was told.")
  public List<WorkerStatus> workerStatuses = new ArrayList<>();

  @JsonPropertyDescription(
      "Ready, Progressing, Scaling, Stalled and Degraded, with reason and message.")
  public List<Condition> conditions = new ArrayList<>();
}
