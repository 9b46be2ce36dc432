package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.JobRecord;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are not what they should be: each is settled, and none stops the next. */
@Execution(ExecutionMode.CONCURRENT)
class BadPayloadIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void garbageIsRejectedCountedToldAndStopsNobody() {
    Map<String, String> reasons =
        Map.of(
            "not json at all",
            "it is not JSON",
            "{\"job\":",
            "it is not JSON",
            "[1,2,3]",
            "it is not a JSON object",
            "null",
            "it is not a JSON object",
            "",
            "it is not a JSON object",
            "\u0000\u0001\u001b[31m",
            "it is not JSON",
            "{\"type\":\"test\"}",
            "it has no job.id",
            "{\"job\":{\"id\":\"seven\"}}",
            "it has no job.id",
            "[".repeat(100_000),
            "it is not JSON");
    try (LogLines lines = LogLines.of("io.macpool.worker.job.processor.Intake")) {
      Worker worker = stage.worker();
      reasons.keySet().forEach(stage::publishText);
      long id = stage.publish("echo still here");
      assertThat(stage.finished(id).finalState()).contains("passed");
      await().untilAsserted(() -> assertThat(stage.waiting()).isZero());
      assertThat(Remote.of(worker).get("/metrics").body())
          .contains("worker_deliveries_rejected_total " + (double) reasons.size());
      reasons.forEach(
          (body, reason) ->
              assertThat(lines.seen())
                  .anySatisfy(
                      line ->
                          assertThat(line)
                              .startsWith("rejected a message that is no job: " + reason)
                              .endsWith("it begins: " + start(body))));
    }
  }

  /** As the log shows it: short, and with nothing that could forge a line. */
  private static String start(String body) {
    return body.substring(0, Math.min(200, body.length())).replaceAll("\\p{Cntrl}", " ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"script: true\"", "[1]", "7"})
  void aConfigThatIsNoneEndsErroredAndSaysSo(String config) throws IOException {
    stage.worker();
    ObjectNode payload = Stage.payload(Stage.newId());
    payload.set("config", JSON.readTree(config));
    JobRecord job = end(payload);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("configuration is not an object");
  }

  static List<String> values() {
    return List.of(
        "null",
        "7",
        "-1e300",
        "true",
        "\"x\"",
        "\"\"",
        "[]",
        "[[{}]]",
        "{}",
        "{\"id\":{},\"slug\":[],\"hard_limit\":\"\",\"state_update_count\":{}}",
        "\"" + "x".repeat(60_000) + "\"");
  }

  /** Every field but the job's id and its script has this value. */
  @ParameterizedTest
  @MethodSource("values")
  void fieldsOfAnyTypeDoNotStopAJob(String value) throws IOException {
    stage.worker();
    JsonNode wrong = JSON.readTree(value);
    ObjectNode payload = Stage.payload(Stage.newId(), "echo ran");
    for (String field :
        List.of(
            "type",
            "uuid",
            "queue",
            "vm_type",
            "vm_size",
            "vm_config",
            "trace",
            "warmer",
            "source",
            "repository",
            "timeouts",
            "meta")) {
      payload.set(field, wrong);
    }
    ((ObjectNode) payload.get("job")).set("number", wrong);
    ((ObjectNode) payload.get("job")).set("queued_at", wrong);
    for (String field :
        List.of("language", "os", "osx_image", "dist", "arch", "group", "image_name")) {
      ((ObjectNode) payload.get("config")).set(field, wrong);
    }
    assertThat(end(payload).finalState()).contains("passed");
  }

  @Test
  void missingFieldsDoNotStopAJob() {
    stage.worker();
    ObjectNode payload = Stage.payload(Stage.newId(), "echo ran");
    payload.retain("job", "config");
    ((ObjectNode) payload.get("job")).retain("id");
    ((ObjectNode) payload.get("config")).retain("script");
    assertThat(end(payload).finalState()).contains("passed");
  }

  @Test
  void anEnormousPayloadIsRun() {
    stage.worker();
    ObjectNode payload = Stage.payload(Stage.newId(), "echo ran");
    payload.put("ballast", "x".repeat(3_000_000));
    assertThat(end(payload).finalState()).contains("passed");
  }

  private JobRecord end(ObjectNode payload) {
    stage.publish(payload);
    JobRecord job = stage.finished(payload.get("job").get("id").asLong());
    assertThat(job.flaws()).isEmpty();
    assertThat(job.log()).isNotBlank();
    return job;
  }
}
