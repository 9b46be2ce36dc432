package io.macpool.console.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.console.forecast.Wait;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What was told of a job last. Everything in it was chosen by others.
 *
 * @param update orders what is told of one delivery of a job
 * @param queue from which it came; empty if its worker does not tell
 * @param trace names it in logs and traces; empty if its worker does not tell
 * @param instance on which it runs or ran
 */
public record JobState(
    long id,
    String state,
    long update,
    String repository,
    String worker,
    Optional<String> queue,
    Optional<String> trace,
    Optional<String> instance,
    Optional<Instant> queued,
    Optional<Instant> received,
    Optional<Instant> started,
    Optional<Instant> finished) {

  private static final int LONGEST_TEXT = 200;

  public JobState {
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(worker, "worker");
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(trace, "trace");
    Objects.requireNonNull(instance, "instance");
  }

  /** How long it waited in its queue, once it was taken from there. */
  public Optional<Wait> waited() {
    return queue.isPresent() && queued.isPresent() && received.isPresent()
        ? Optional.of(new Wait(queue.get(), queued.get(), received.get()))
        : Optional.empty();
  }

  /** From an event as workers send it; empty if it is none. */
  public static Optional<JobState> read(JsonNode event) {
    JsonNode id = event.path("job_id");
    String state = text(event, "state").orElse("");
    if (!id.canConvertToLong() || !id.isIntegralNumber() || state.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new JobState(
            id.longValue(),
            state,
            event.path("update").asLong(),
            text(event, "repository").orElse(""),
            text(event, "worker").orElse(""),
            text(event, "queue"),
            text(event, "trace_id"),
            text(event, "instance_id"),
            time(event, "queued_at"),
            time(event, "received_at"),
            time(event, "started_at"),
            time(event, "finished_at")));
  }

  /** As {@link #read} takes it. */
  public ObjectNode json() {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("job_id", id).put("state", state).put("update", update);
    event.put("repository", repository).put("worker", worker);
    queue.ifPresent(name -> event.put("queue", name));
    trace.ifPresent(name -> event.put("trace_id", name));
    instance.ifPresent(name -> event.put("instance_id", name));
    queued.ifPresent(at -> event.put("queued_at", at.toString()));
    received.ifPresent(at -> event.put("received_at", at.toString()));
    started.ifPresent(at -> event.put("started_at", at.toString()));
    finished.ifPresent(at -> event.put("finished_at", at.toString()));
    return event;
  }

  private static Optional<String> text(JsonNode event, String name) {
    return Optional.of(event.path(name))
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .filter(text -> !text.isEmpty() && text.length() <= LONGEST_TEXT);
  }

  private static Optional<Instant> time(JsonNode event, String name) {
    return text(event, name)
        .flatMap(
            text -> {
              try {
                return Optional.of(Instant.parse(text));
              } catch (DateTimeException e) {
                return Optional.empty();
              }
            });
  }

  /** Whether this was told after the other, of the same job. */
  boolean isNewerThan(JobState other) {
    int later = received.orElse(Instant.EPOCH).compareTo(other.received.orElse(Instant.EPOCH));
    return later > 0 || (later == 0 && update >= other.update);
  }
}
