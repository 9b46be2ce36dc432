package io.macpool.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/**
 * One pod. {@code requestedPoolSize} is written before it is sent: it is what this pod may hold
 * whatever became of the call.
 */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public class WorkerStatus {

  @JsonPropertyDescription("The pod's name.")
  @Required
  public @Nullable String name;

  @JsonPropertyDescription(
      "Pending (no pool size can be assigned yet), Running, or Terminating (draining).")
  @Required
  public @Nullable String phase;

  @JsonPropertyDescription("Processors alive when last seen, finishing ones included.")
  public @Nullable Integer currentPoolSize;

  @JsonPropertyDescription("Processors when last seen that are not finishing.")
  public @Nullable Integer expectedPoolSize;

  @JsonPropertyDescription("The pool size last granted to this pod; recorded before it is sent.")
  public @Nullable Integer requestedPoolSize;
}
