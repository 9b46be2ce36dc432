package io.macpool.scaleset.github;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What GitHub tells of one job.
 *
 * @param request the job, for the scale set
 * @param runner the runner's name; empty if none has it
 */
public record JobMessage(Kind kind, long request, String runner) {

  /** What became of the job. */
  public enum Kind {
    /** Somebody may acquire it. */
    AVAILABLE,
    /** It is the scale set's, and waits for a runner. */
    ASSIGNED,
    /** A runner has it. */
    STARTED,
    /** It ended, or was cancelled. */
    COMPLETED,
    /** Something that is new to us. */
    OTHER
  }

  static JobMessage of(JsonNode entry) {
    Kind kind =
        switch (entry.path("messageType").asText("")) {
          case "JobAvailable" -> Kind.AVAILABLE;
          case "JobAssigned" -> Kind.ASSIGNED;
          case "JobStarted" -> Kind.STARTED;
          case "JobCompleted" -> Kind.COMPLETED;
          default -> Kind.OTHER;
        };
    return new JobMessage(
        kind, entry.path("runnerRequestId").asLong(), entry.path("runnerName").asText(""));
  }
}
