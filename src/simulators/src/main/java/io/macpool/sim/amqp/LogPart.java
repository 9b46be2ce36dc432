package io.macpool.sim.amqp;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Objects;

/**
 * One message from {@code reporting.jobs.logs}.
 *
 * @param number counts from 0 within one run of the job
 * @param last whether it says {@code final}
 */
public record LogPart(
    long jobId, long number, String content, boolean last, JsonNode body, Instant arrived) {

  public LogPart {
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(arrived, "arrived");
  }

  static LogPart of(JsonNode body, Instant arrived) {
    return new LogPart(
        body.path("id").asLong(-1),
        body.path("number").asLong(-1),
        body.path("log").asText(""),
        body.path("final").asBoolean(false),
        body,
        arrived);
  }
}
