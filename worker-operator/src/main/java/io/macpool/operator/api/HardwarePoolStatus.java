package io.macpool.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the slots are shared now. */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public class HardwarePoolStatus {

  @JsonPropertyDescription("The generation of the spec that this status speaks of.")
  public @Nullable Long observedGeneration;

  @JsonPropertyDescription("Slots to share, the reserve left out; absent while unknown.")
  public @Nullable Integer slots;

  @JsonPropertyDescription("Slots that processors may take now, draining ones included.")
  public @Nullable Integer used;

  @JsonPropertyDescription("Jobs wanted beyond what the slots hold.")
  public @Nullable Integer waiting;

  @JsonPropertyDescription(
      "Used slots of all slots over the last full hour of the clock, in percent; absent if less"
          + " than half of it was watched.")
  public @Nullable Integer utilisationPercent;

  @JsonPropertyDescription("What each WorkerCluster of this pool wants, may have and holds.")
  public List<Grant> grants = new ArrayList<>();

  @JsonPropertyDescription("Ready and Degraded, with reason and message.")
  public List<Condition> conditions = new ArrayList<>();

  /** One cluster's part. */
  @JsonInclude(Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Grant {

    @JsonPropertyDescription("The WorkerCluster's name.")
    @Required
    public @Nullable String cluster;

    @JsonPropertyDescription("Jobs that it wants to run.")
    public @Nullable Integer wanted;

    @JsonPropertyDescription("Its fair share of the slots now.")
    public @Nullable Integer share;

    @JsonPropertyDescription("Slots that its processors may take now, draining ones included.")
    public @Nullable Integer held;
  }
}
