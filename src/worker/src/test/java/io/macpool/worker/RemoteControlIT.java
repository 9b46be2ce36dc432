package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.sim.peer.ChartCounters;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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
  void everyCounterOfAlertsAndBoardsIsThereFromTheStart() {
    Path chart = Path.of("../../charts/macstadium-worker");
    assertThat(ChartCounters.missing(chart, remote.get("/metrics").body())).isEmpty();
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
        "null",
        "{\"poolSize\":2} {}",
        "{\"poolSize\":\"3\"}",
        "{\"poolSize\":2.5}",
        "{\"poolSize\":-9223372036854775809}",
        "{\"poolSize\":3000000000}",
        "{\"poolSize\":1000000}"
      })
  void badRequestsAreToldWhatIsWrong(String body) throws IOException {
    HttpResponse<String> answer = patch(body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).path("error").asText()).isNotBlank();
  }

  /** As the Go worker answers, but that 0 is a size. */
  @Test
  void oddRequestsAreAnsweredAsByTheGoWorker() throws IOException {
    assertThat(patch("{\"PoolSize\":2}").statusCode()).isEqualTo(204);
    assertThat(show().path("expectedPoolSize").asInt()).isEqualTo(2);
    for (String nothing :
        new String[] {
          "{}",
          "{\"poolSize\":null}",
          "{\"poolSize\":-1}",
          "{\"poolSize\":-3000000000}",
          "{\"poolSize\":-9223372036854775808}",
          "{\"processors\":null}",
          "{\"x\":[1]}"
        }) {
      assertThat(patch(nothing).statusCode()).as(nothing).isEqualTo(204);
      assertThat(show().path("expectedPoolSize").asInt()).as(nothing).isEqualTo(2);
    }
    assertThat(show().path("processors").path(0).path("status").asText()).isEqualTo("new");
    assertThat(show().path("processors").path(0).path("id").asText())
        .matches("[0-9a-f-]{36}@%d\\.worker-under-test".formatted(ProcessHandle.current().pid()));
    assertThat(patch("{\"poolSize\":0}").statusCode()).isEqualTo(204);
    await().until(() -> show().path("poolSize").asInt() == 0);
    assertThat(show().get("processors").isNull()).isTrue();
    for (String method : new String[] {"PATCH", "DELETE"}) {
      HttpResponse<String> empty = remote.send(method, "/worker", "");
      assertThat(empty.statusCode()).as(method).isEqualTo(400);
      assertThat(JSON.readTree(empty.body()).path("error").asText()).isNotBlank();
    }
    assertThat(remote.send("DELETE", "/worker", "null").statusCode()).isEqualTo(400);
    assertThat(worker.isDrained()).isFalse();
    for (String path : new String[] {"/worker/", "/healthz/", "/ready/", "/nothing"}) {
      assertThat(remote.get(path).statusCode()).as(path).isEqualTo(404);
    }
    for (String path : new String[] {"//worker", "/./worker", "///worker"}) {
      assertThat(remote.get(path).statusCode()).as(path).isEqualTo(200);
      assertThat(remote.as("").get(path).statusCode()).as(path).isEqualTo(401);
    }
    assertThat(remote.send("POST", "/worker", "{}").statusCode()).isEqualTo(405);
    assertThat(remote.get("/pool/increment").statusCode()).isEqualTo(405);
    assertThat(remote.as("").get("/worker").headers().firstValue("WWW-Authenticate"))
        .contains("Basic realm=\"travis-ci/worker\"");
  }

  @Test
  void aPausedWorkerLooksPaused() throws IOException {
    patch("{\"poolSize\":2}");
    assertThat(remote.send("DELETE", "/worker", "{\"graceful\":true,\"pause\":true}").statusCode())
        .isEqualTo(204);
    assertThat(show().path("expectedPoolSize").asInt()).isZero();
    remote.send("DELETE", "/worker", "{\"Graceful\":true,\"PAUSE\":true}");
    assertThat(show().path("expectedPoolSize").asInt()).isEqualTo(2);
  }

  @Test
  void withoutCredentialsOnlyHealthAndMetricsAreServed() {
    Remote open = Remote.of(stage.worker("REMOTE_CONTROLLER_AUTH", "")).as("");
    assertThat(open.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(open.get("/metrics").statusCode()).isEqualTo(200);
    assertThat(open.get("/worker").statusCode()).isEqualTo(404);
    assertThat(open.send("POST", "/pool/increment", "").statusCode()).isEqualTo(404);
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
