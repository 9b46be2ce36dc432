package io.macpool.worker;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.service.Secret;
import java.io.IOException;
import java.net.URI;
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

  @RegisterExtension
  static final WireMockExtension PEER =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.options().dynamicPort())
          .build();

  private final WorkerThreads threads = new WorkerThreads();
  private final AtomicInteger drains = new AtomicInteger();

  private Heartbeat heartbeat;

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

  private static void answer(ResponseDefinitionBuilder response) {
    PEER.stubFor(get(urlPathEqualTo("/heartbeat")).willReturn(response));
  }

  private void ask(Optional<Secret> token) {
    end();
    heartbeat =
        new Heartbeat(
            URI.create(PEER.baseUrl() + "/heartbeat"),
            token,
            drains::incrementAndGet,
            SOON,
            threads.steps(),
            threads.scheduler());
  }
}
