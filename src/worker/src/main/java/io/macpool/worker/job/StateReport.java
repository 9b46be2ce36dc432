package io.macpool.worker.job;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One message to the scheduler about a job's state.
 *
 * @param id unlike that of any other report: whoever gets it twice can tell
 * @param repository as people call it; empty if the payload does not say
 * @param event {@code job:test:finish} and the like
 * @param state {@code passed} and the like
 * @param updateCount orders the reports of one job; its first has the payload's own number
 * @param traceId names the job in logs and traces, here and at the broker
 * @param startFailures how many instances failed the job so far: comes back with its next delivery
 *     if the scheduler passes {@code meta} on
 */
public record StateReport(
    String id,
    String event,
    long jobId,
    String uuid,
    String repository,
    String state,
    long updateCount,
    int startFailures,
    Optional<String> instanceId,
    Optional<String> vmSize,
    boolean trace,
    String traceId,
    Optional<Instant> queuedAt,
    Optional<Instant> receivedAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt) {

  public StateReport {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(traceId, "traceId");
  }
}
