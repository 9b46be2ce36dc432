package io.macpool.sim.amqp;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One message from {@code reporting.jobs.builds}.
 *
 * @param event the message's type: {@code job:test:receive}, {@code :start}, {@code :finish} or
 *     {@code :reset}
 * @param count {@code meta.state_update_count}; -1 if the message has none
 * @param body the whole message
 * @param arrived when the collector took it
 */
public record StateUpdate(
    long jobId, String event, String state, long count, JsonNode body, Instant arrived) {

  static final String RECEIVE = "job:test:receive";
  static final String START = "job:test:start";
  static final String FINISH = "job:test:finish";
  static final String RESET = "job:test:reset";

  public StateUpdate {
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(arrived, "arrived");
  }

  static StateUpdate of(String type, JsonNode body, Instant arrived) {
    return new StateUpdate(
        body.path("id").asLong(-1),
        type == null ? "" : type,
        body.path("state").asText(""),
        body.path("meta").path("state_update_count").asLong(-1),
        body,
        arrived);
  }

  /** Whether the job is over, for good or to be queued anew. */
  public boolean ends() {
    return isFinish() || isReset();
  }

  /**
   * Whether it was told before {@code end}, of the same run, and only came after it: the broker had
   * handed it out to a connection that was lost, or its worker could send it only when another one
   * had told the recorded end. A scheduler knows such a message by its count.
   */
  public boolean isLateFor(StateUpdate end) {
    return count < end.count && time("received_at").equals(end.time("received_at"));
  }

  public boolean isReceive() {
    return event.equals(RECEIVE);
  }

  public boolean isStart() {
    return event.equals(START);
  }

  public boolean isFinish() {
    return event.equals(FINISH);
  }

  public boolean isReset() {
    return event.equals(RESET);
  }

  /** The VM, once there was one. */
  public Optional<String> instanceId() {
    return Optional.ofNullable(body.path("meta").path("instance_id").textValue())
        .filter(id -> !id.isEmpty());
  }

  /** One of {@code queued_at}, {@code received_at}, {@code started_at}, {@code finished_at}. */
  public Optional<Instant> time(String field) {
    return Optional.ofNullable(body.path(field).textValue()).map(Instant::parse);
  }
}
