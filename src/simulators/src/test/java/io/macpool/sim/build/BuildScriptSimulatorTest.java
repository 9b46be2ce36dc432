package io.macpool.sim.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import io.macpool.sim.net.Hold;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BuildScriptSimulatorTest {

  private final BuildScriptSimulator service = BuildScriptSimulator.start();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void answersAScriptAndRemembersTheRequest() throws Exception {
    HttpResponse<String> answer = post("{\"config\":{\"script\":\"true\"}}", true);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).startsWith("#!/bin/bash\n");
    assertThat(service.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.jobId()).isEqualTo("7");
              assertThat(request.source()).isEqualTo("worker");
              assertThat(request.payload().path("config").path("script").asText())
                  .isEqualTo("true");
            });
  }

  @Test
  void refusesWhatItCannotUse() throws Exception {
    assertThat(post("{\"config\":7}", true).statusCode()).isEqualTo(422);
    assertThat(post("not json", true).statusCode()).isEqualTo(400);
    assertThat(post("{\"config\":{}}", false).statusCode()).isEqualTo(401);
  }

  @Test
  void failsAsOftenAsToldThenAnswers() throws Exception {
    service.failNext(2, 503);
    assertThat(post("{\"config\":{}}", true).statusCode()).isEqualTo(503);
    assertThat(post("{\"config\":{}}", true).statusCode()).isEqualTo(503);
    assertThat(post("{\"config\":{}}", true).statusCode()).isEqualTo(200);
  }

  @Test
  void dropsTheConnection() {
    service.dropNext(2);
    assertThatThrownBy(() -> post("{\"config\":{}}", true)).isInstanceOf(IOException.class);
  }

  @Test
  void isAsSlowAsTold() throws Exception {
    service.slow(Duration.ofMillis(200));
    long start = System.nanoTime();
    assertThat(post("{\"config\":{}}", true).statusCode()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(190));
  }

  @Test
  void holdsAnswersBackUntilTheyAreLetGo() {
    CompletableFuture<HttpResponse<String>> answer;
    try (Hold hold = service.hold()) {
      answer =
          CompletableFuture.supplyAsync(
              () -> assertDoesNotThrow(() -> post("{\"config\":{}}", true)));
      await().until(() -> hold.held() == 1);
      assertThat(service.requests()).isEmpty();
    }
    assertThat(answer).succeedsWithin(Duration.ofSeconds(5));
  }

  private HttpResponse<String> post(String body, boolean authorized)
      throws IOException, InterruptedException {
    URI uri = service.uri();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + uri.getPort()
                        + uri.getPath()
                        + "?job_id=7&source=worker"))
            .POST(BodyPublishers.ofString(body));
    if (authorized) {
      request.header("Authorization", "token " + uri.getUserInfo());
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
