package io.macpool.core.job;

import java.util.List;
import java.util.Objects;

/** One step of a job: where it stands now, and what to do, in this order. */
public record JobStep(JobState state, List<JobAction> actions) {

  public JobStep {
    Objects.requireNonNull(state, "state");
    actions = List.copyOf(actions);
  }
}
