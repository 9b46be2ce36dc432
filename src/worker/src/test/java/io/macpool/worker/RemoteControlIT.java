package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API by which an operator drives a worker. */
@Execution(ExecutionMode.CONCURRENT)
class RemoteControlIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension final Stage stage = new Stage();

  private Worker worker;
  private Remote remote;

  @BeforeEach
  void start() {
    worker = stage.worker("POOL_SIZE", "0");
    remote = Remote.of(worker);
    await().until(worker::isReady);
  }

  @Test
  void asksForCredentials() {
    HttpResponse<String> without = remote.as("").get("/worker");
    assertThat(without.statusCode()).isEqualTo(401);
    assertThat(without.headers().firstValue("WWW-Authenticate").orElseThrow()).startsWith("Basic");
    assertThat(remote.as("worker:wrong").get("/worker").statusCode()).isEqualTo(403);
    assertThat(remote.as("").send("POST", "/pool/increment", "").statusCode()).isEqualTo(401);
    assertThat(remote.as("").get("/healthz").body()).isEqualTo("OK");
    assertThat(remote.as("").get("/ready").statusCode()).isEqualTo(200);
    assertThat(remote.as("").get("/metrics").body()).contains("worker_pool_size");
  }

  @Test
  void growsAtOnceAndShrinksToNothing() throws IOException {
    assertThat(patch("{\"poolSize\":3}").statusCode()).isEqualTo(204);
    JsonNode grown = show();
    assertThat(grown.path("poolSize").asInt()).isEqualTo(3);
    assertThat(grown.path("processors")).hasSize(3);
    assertThat(remote.send("POST", "/pool/increment", "").statusCode()).isEqualTo(204);
    assertThat(show().path("expectedPoolSize").asInt()).isEqualTo(4);
    assertThat(remote.send("POST", "/pool/decrement", "").statusCode()).isEqualTo(204);
    assertThat(patch("{\"poolSize\":0}").statusCode()).isEqualTo(204);
    await().until(() -> show().path("poolSize").asInt() == 0);
  }

  @Test
  void aProcessorThatGoesFinishesItsJobAndCountsUntilThen() throws IOException {
    patch("{\"poolSize\":2}");
    long id = stage.publish("echo begun", "sleep 1", "echo ended");
    stage.awaitOutput(id, "begun");
    patch("{\"poolSize\":0}");
    JsonNode shrinking = show();
    assertThat(shrinking.path("expectedPoolSize").asInt()).isZero();
    await().until(() -> show().path("poolSize").asInt() == 1);
    assertThat(show().path("processors").path(0).path("status").asText()).isEqualTo("processing");
    assertThat(show().path("processors").path(0).path("lastJobId").asLong()).isEqualTo(id);
    assertThat(stage.finished(id).finalState()).contains("passed");
    await().until(() -> show().path("poolSize").asInt() == 0);
    assertThat(show().path("totalProcessed").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "nonsense",
        "{\"poolSize\":-1}",
        "{\"poolSize\":\"3\"}",
        "{\"poolSize\":2.5}",
        "{\"poolSize\":1000000}"
      })
  void badRequestsAreToldWhatIsWrong(String body) throws IOException {
    HttpResponse<String> answer = patch(body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).path("error").asText()).isNotBlank();
  }

  @Test
  void aGracefulEndDrainsAndShows() {
    patch("{\"poolSize\":1}");
    assertThat(remote.send("DELETE", "/worker", "{\"graceful\":true}").statusCode()).isEqualTo(204);
    assertThat(worker.drained()).succeedsWithin(Stage.PATIENCE);
    assertThat(remote.get("/ready").statusCode()).isEqualTo(503);
    assertThat(patch("{\"poolSize\":2}").statusCode()).isEqualTo(204);
    assertThat(worker.view().expected()).isZero();
  }

  @Test
  void aPauseTakesNothingUntilItIsLifted() {
    patch("{\"poolSize\":1}");
    remote.send("DELETE", "/worker", "{\"graceful\":true,\"pause\":true}");
    long id = stage.publish("true");
    await().during(Duration.ofMillis(500)).until(() -> stage.results.job(id).updates().isEmpty());
    assertThat(worker.isDrained()).isFalse();
    remote.send("DELETE", "/worker", "{\"graceful\":true,\"pause\":true}");
    assertThat(stage.finished(id).finalState()).contains("passed");
  }

  @Test
  void isNotReadyWithoutItsQueue() {
    stage.gate.shut();
    await().until(() -> remote.get("/ready").statusCode() == 503);
    assertThat(remote.get("/healthz").statusCode()).isEqualTo(200);
    stage.gate.open();
    await().until(() -> remote.get("/ready").statusCode() == 200);
  }

  private HttpResponse<String> patch(String body) {
    return remote.send("PATCH", "/worker", body);
  }

  private JsonNode show() throws IOException {
    return JSON.readTree(remote.get("/worker").body());
  }
}
