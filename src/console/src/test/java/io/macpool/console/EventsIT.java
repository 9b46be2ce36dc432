package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Instance;
import io.macpool.console.watch.BrokerState;
import io.macpool.sim.net.LoopbackServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console before a broker whose events tell more than its lists. */
class EventsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TOKEN = "the-token-of-viewers";

  /** Lists never tell of any instance. */
  private static final BrokerState LISTED =
      FakePool.state(List.of(FakePool.host("mac-1", "ready", 0)), List.of());

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<HttpServerResponse> streams = new CopyOnWriteArrayList<>();
  private final List<String> lastIds = new CopyOnWriteArrayList<>();
  private LoopbackServer broker;
  private Console console;

  @BeforeEach
  void start() {
    broker =
        LoopbackServer.start(
            0,
            vertx ->
                request -> {
                  if (request.path().equals("/events")) {
                    begin(request);
                  } else {
                    request.response().end(FakePool.answer(LISTED, request.path()));
                  }
                });
    console =
        Console.start(
            ConsoleSettings.SPEC.read(
                List.of(),
                Map.of(
                    "MACPOOL_CONSOLE_ADDR",
                    "127.0.0.1:0",
                    "MACPOOL_CONSOLE_ADMIN_ADDR",
                    "127.0.0.1:0",
                    "MACPOOL_CONSOLE_BROKER_URL",
                    "http://reader@127.0.0.1:" + broker.port(),
                    "MACPOOL_CONSOLE_TOKEN",
                    TOKEN,
                    "MACPOOL_CONSOLE_HISTORY_FILE",
                    folder.resolve("history").toString(),
                    "MACPOOL_CONSOLE_POLL_INTERVAL",
                    "5s")));
  }

  private void begin(HttpServerRequest request) {
    lastIds.add(String.valueOf(request.getHeader("Last-Event-ID")));
    HttpServerResponse response = request.response();
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    response.write(": here\n\n");
    streams.add(response);
  }

  @AfterEach
  void stop() {
    console.close();
    broker.close();
  }

  private void tell(String name, String id, Object data) throws JsonProcessingException {
    String json = BrokerJson.mapper().writeValueAsString(data);
    streams
        .get(streams.size() - 1)
        .write("event: %s\nid: %s\ndata: %s\n\n".formatted(name, id, json));
  }

  private String read(String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.port() + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + TOKEN)
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  @Test
  void anInstanceThatNoListEverToldOfIsSeenAndEventsAreFollowedAnewFromWhereTheyWereLost()
      throws Exception {
    await().atMost(PATIENCE).until(() -> read("/").contains("mac-1") && !streams.isEmpty());
    await("looks are recorded, once the history is open")
        .atMost(PATIENCE)
        .until(() -> read("/reports.json?last=1h").contains("mac-1"));
    Instance flash = FakePool.instance("vm-flash", "mac-1", "ios", "ready", false);

    tell("instance", "a-7", flash);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> read("/instances/vm-flash").contains("<td>in use</td>"));
    tell("gone", "a-8", Map.of("type", Instance.TYPE, "id", "vm-flash"));
    await().atMost(PATIENCE).until(() -> !read("/api/instances").contains("vm-flash"));
    assertThat(read("/instances/vm-flash")).contains("<td>in use</td>");

    streams.get(0).end();

    await().atMost(PATIENCE).until(() -> streams.size() == 2);
    assertThat(lastIds).containsExactly("null", "a-8");
    tell("instance", "a-9", FakePool.instance("vm-later", "mac-1", "ios", "ready", false));
    await().atMost(PATIENCE).until(() -> read("/instances/vm-later").contains("<td>in use</td>"));
  }
}
