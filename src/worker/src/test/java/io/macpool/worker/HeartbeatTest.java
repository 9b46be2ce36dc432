package io.macpool.worker;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class HeartbeatTest {

  private static final Duration SOON = Duration.ofMillis(20);
  private static final Heartbeat.Pace OFTEN = new Heartbeat.Pace(SOON, SOON);

  @RegisterExtension
  static final WireMockExtension PEER =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.options().dynamicPort())
          .build();

  private final WorkerThreads threads = new WorkerThreads();
  private final AtomicInteger drains = new AtomicInteger();

  private Heartbeat heartbeat;
  private String login = "";

  @AfterEach
  void close() {
    end();
    threads.close();
  }

  private void end() {
    if (heartbeat != null) {
      heartbeat.close();
    }
  }

  @Test
  void downDrainsTheWorker() {
    answer(aResponse().withBody("{\"state\":\"down\"}"));
    ask(Optional.empty());
    await().until(() -> drains.get() > 0);
  }

  /** Any 2xx is an answer, and one behind a redirect. */
  @Test
  void everyAnswerCounts() {
    for (int status : new int[] {200, 201, 202, 203, 299}) {
      PEER.resetAll();
      drains.set(0);
      answer(aResponse().withStatus(status).withBody("{\"state\":\"down\"}"));
      ask(Optional.empty());
      await().until(() -> drains.get() > 0);
    }
    PEER.resetAll();
    drains.set(0);
    answer(aResponse().withStatus(302).withHeader("Location", "/elsewhere"));
    PEER.stubFor(
        get(urlPathEqualTo("/elsewhere")).willReturn(aResponse().withBody("{\"state\":\"down\"}")));
    ask(Optional.empty());
    await().until(() -> drains.get() > 0);
  }

  @Test
  void itComesEveryFiveMinutesAndSoonerAfterAFailure() {
    assertThat(Heartbeat.PACE)
        .isEqualTo(new Heartbeat.Pace(Duration.ofMinutes(5), Duration.ofSeconds(30)));
    Heartbeat.Pace pace = new Heartbeat.Pace(Duration.ofHours(1), SOON);
    answer(aResponse().withStatus(500));
    ask(Optional.empty(), pace);
    await().until(() -> PEER.getAllServeEvents().size() >= 3);
    PEER.resetAll();
    answer(aResponse().withStatus(204).withBody(""));
    await().until(() -> PEER.getAllServeEvents().size() >= 2); // no JSON: not an answer
    answer(aResponse().withBody("{\"state\":\"up\"}"));
    await()
        .until(
            () ->
                PEER.getAllServeEvents().stream()
                    .anyMatch(event -> event.getResponse().getBodyAsString().contains("up")));
    end();
    PEER.resetAll();
    ask(Optional.empty(), pace);
    await().until(() -> !PEER.getAllServeEvents().isEmpty());
  }

  @Test
  void aTokenThatCannotBeReadKeepsNobodyFromRunning() {
    answer(aResponse().withBody("{\"state\":\"down\"}"));
    assertThatCode(() -> ask(Optional.of(new Secret("file:///nowhere/token"))))
        .doesNotThrowAnyException();
  }

  @Test
  void anythingElseChangesNothing() {
    for (ResponseDefinitionBuilder other :
        new ResponseDefinitionBuilder[] {
          aResponse().withBody("{\"state\":\"up\"}"),
          aResponse().withBody("down"),
          aResponse().withBody("{\"state\":{\"down\":true}}"),
          aResponse().withStatus(503).withBody("{\"state\":\"down\"}"),
          aResponse().withBody("{\"state\":\"down\",\"ballast\":\"" + "x".repeat(100_000) + "\"}"),
          aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)
        }) {
      PEER.resetAll();
      answer(other);
      ask(Optional.empty());
      await().until(() -> PEER.getAllServeEvents().size() >= 3);
      assertThat(drains).as("after %s", other.build().getBody()).hasValue(0);
    }
  }

  @Test
  void theTokenIsSentAndMayLieInAFile(@TempDir Path directory) throws IOException {
    answer(aResponse().withBody("{\"state\":\"up\"}"));
    Path file = Files.writeString(directory.resolve("token"), "from-file\n");
    for (String token : new String[] {"plain", "file://" + file}) {
      String sent = token.equals("plain") ? "token plain" : "token from-file";
      ask(Optional.of(new Secret(token)));
      await()
          .untilAsserted(
              () ->
                  PEER.verify(
                      getRequestedFor(urlPathEqualTo("/heartbeat"))
                          .withHeader("Authorization", equalTo(sent))));
    }
  }

  /** As Go's client sends what stands in a URL; a token counts more. */
  @Test
  void theLoginOfItsUrlIsSent() {
    answer(aResponse().withBody("{\"state\":\"up\"}"));
    login = "worker:p%40ss@";
    ask(Optional.empty());
    await()
        .untilAsserted(
            () ->
                PEER.verify(
                    getRequestedFor(urlPathEqualTo("/heartbeat"))
                        .withHeader("Authorization", equalTo("Basic d29ya2VyOnBAc3M="))));
    PEER.resetRequests();
    ask(Optional.of(new Secret("plain")));
    await()
        .untilAsserted(
            () ->
                PEER.verify(
                    getRequestedFor(urlPathEqualTo("/heartbeat"))
                        .withHeader("Authorization", equalTo("token plain"))));
  }

  private static void answer(ResponseDefinitionBuilder response) {
    PEER.stubFor(get(urlPathEqualTo("/heartbeat")).willReturn(response));
  }

  private void ask(Optional<Secret> token) {
    ask(token, OFTEN);
  }

  private void ask(Optional<Secret> token, Heartbeat.Pace pace) {
    end();
    heartbeat =
        new Heartbeat(
            CalledUrl.parse(PEER.baseUrl().replace("://", "://" + login) + "/heartbeat"),
            token,
            drains::incrementAndGet,
            pace,
            threads.steps(),
            threads.scheduler());
  }
}
