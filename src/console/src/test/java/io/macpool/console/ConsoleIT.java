package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.console.watch.BrokerState;
import io.macpool.sim.net.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console before a broker that comes and goes. */
class ConsoleIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TOKEN = "the-token-of-viewers";

  private static final BrokerState BEFORE =
      FakePool.state(List.of(FakePool.host("mac-1", "ready", 0)), List.of());
  private static final BrokerState AFTER =
      FakePool.state(
          List.of(FakePool.host("mac-1", "ready", 1)),
          List.of(FakePool.instance("vm-1", "mac-1", "ios", "ready", false)));

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private volatile BrokerState said = BEFORE;
  private volatile boolean away;
  private volatile boolean silent;
  private LoopbackServer broker;
  private Console console;

  @BeforeEach
  void start() {
    broker = broker(0);
    console = console("250ms");
  }

  private LoopbackServer broker(int port) {
    return LoopbackServer.start(
        port,
        vertx ->
            request -> {
              if (silent) {
                return; // as one that is stopped, or behind a dead connection
              }
              boolean kubernetes = request.path().startsWith("/apis/travisci.com/v1alpha1/");
              String body =
                  kubernetes
                      ? FakePool.resources(request.path())
                      : FakePool.answer(said, request.path());
              boolean allowed =
                  kubernetes || "token reader".equals(request.getHeader("Authorization"));
              int status = away ? 503 : !allowed ? 401 : body == null ? 404 : 200;
              request.response().setStatusCode(status).end(status == 200 ? body : "{}");
            });
  }

  private Console console(String interval) {
    return Console.start(
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
                "MACPOOL_CONSOLE_PROXY_ADDRESSES",
                "127.0.0.0/8",
                "MACPOOL_CONSOLE_VIEWER_HEADER",
                "X-Forwarded-User",
                "MACPOOL_CONSOLE_KUBERNETES_URL",
                "http://127.0.0.1:" + broker.port() + "/",
                "MACPOOL_CONSOLE_HISTORY_FILE",
                folder.resolve("history").toString(),
                "MACPOOL_CONSOLE_POLL_INTERVAL",
                interval)));
  }

  @AfterEach
  void stop() {
    console.close();
    broker.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.port() + path))
        .timeout(PATIENCE);
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> read(String path) throws Exception {
    return get(path, "Authorization", "Bearer " + TOKEN);
  }

  private HttpResponse<String> login(String token, String... headers) throws Exception {
    HttpRequest.Builder request =
        request("/login")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("token=" + token));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void nothingIsShownToStrangers() throws Exception {
    for (String path :
        List.of(
            "/",
            "/wall",
            "/why",
            "/waiting",
            "/queues",
            "/reports",
            "/reports.csv",
            "/api/hosts",
            "/events")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(401);
    }
    assertThat(get("/", "Accept", "text/html").headers().firstValue("Location")).contains("/login");
    assertThat(login("wrong").statusCode()).isEqualTo(403);
    String elsewhere = "https://elsewhere.example";
    assertThat(login(TOKEN, "Origin", elsewhere).statusCode()).isEqualTo(403);
    assertThat(login(TOKEN, "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
    assertThat(login(TOKEN, "Origin", elsewhere, "Sec-Fetch-Site", "same-origin").statusCode())
        .as("behind a proxy that changes the Host")
        .isEqualTo(303);

    HttpResponse<String> in = login(TOKEN);

    String cookie = in.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(in.statusCode()).isEqualTo(303);
    assertThat(cookie)
        .containsIgnoringCase("HttpOnly")
        .contains("Secure")
        .contains("SameSite=Strict");
    HttpResponse<String> page = get("/", "Cookie", cookie.substring(0, cookie.indexOf(';')));
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.body()).doesNotContain(TOKEN).doesNotContain("reader");
  }

  @Test
  void whomAProxyNamesIsLetInAndHeldToTheRateByThatName() throws Exception {
    assertThat(get("/api/hosts", "X-Forwarded-User", "  ").statusCode()).isEqualTo(401);
    assertThat(get("/api/hosts", "X-Forwarded-User", "ann").statusCode()).isEqualTo(200);
    int refused = 0;
    for (int i = 0; i < 2000 && refused == 0; i++) {
      refused = get("/web/style.css", "X-Forwarded-User", "ann").statusCode() == 429 ? 1 : 0;
    }
    assertThat(refused).as("far more than anybody may ask").isOne();
    assertThat(get("/api/hosts", "X-Forwarded-User", "bob").statusCode()).isEqualTo(200);
    for (int i = 0; i < 10; i++) {
      get("/", "X-Forwarded-For", "203.0.113.9", "Authorization", "Bearer wrong");
    }
    assertThat(get("/", "X-Forwarded-For", "203.0.113.9").statusCode()).isEqualTo(429);
    assertThat(get("/", "X-Forwarded-For", "203.0.113.10").statusCode()).isEqualTo(401);
  }

  @Test
  void everyPageShowsWhatTheBrokerSays() throws Exception {
    said = AFTER;
    await().atMost(PATIENCE).until(() -> read("/").body().contains("/instances/vm-1"));

    for (String path :
        List.of(
            "/",
            "/wall",
            "/why?image=macos-15",
            "/waiting",
            "/waiting/ios",
            "/queues",
            "/reports",
            "/instances/vm-1",
            "/jobs/7")) {
      HttpResponse<String> page = read(path);
      assertThat(page.statusCode()).as(path).isEqualTo(200);
      assertThat(page.body()).as(path).startsWith("<!DOCTYPE html>").endsWith("</html>\n");
    }
    await("two looks, of which the second gives the stay a length")
        .atMost(PATIENCE)
        .until(() -> read("/instances/vm-1").body(), page -> page.contains("in use"));
    assertThat(read("/instances/vm-1").body()).contains("ios");
    assertThat(read("/reports.csv").body()).contains("most-at-once");
    await()
        .atMost(PATIENCE)
        .until(() -> read("/reports.json?last=1h").body().contains("\"mostAtOnce\":1"));
    assertThat(read("/reports?last=1h&hosts=3").body()).contains("With 3 hosts more");
    assertThat(read("/reports?last=1h&hosts=999").body()).contains("With 20 hosts more");
    assertThat(read("/reports?last=1h&hosts=x").body()).contains("With as many hosts as now");
    assertThat(read("/reports?from=yesterday").statusCode()).isEqualTo(400);
    assertThat(read("/reports?last=soon").statusCode()).isEqualTo(400);
    // On a busy machine one look or another comes too late, and the page says so.
    await().atMost(PATIENCE).until(() -> read("/api/instances").body().contains("\"known\":true"));
    assertThat(read("/api/instances").body()).contains("/instances\"").doesNotContain("reader");
    await().atMost(PATIENCE).until(() -> read("/api/clusters").body().contains("\"depth\":7"));
    assertThat(read("/api/clusters").body()).contains("\"maxJobs\":null").contains("\"share\":2");
    assertThat(read("/queues").body())
        .contains("ios-workers")
        .contains("2 of 9 wanted")
        .contains("Stalled: nothing &lt;moves&gt;");
    assertThat(read("/web/live.js").body()).doesNotContain("innerHTML");
    assertThat(read("/nowhere").statusCode()).isEqualTo(404);
  }

  @Test
  void changesAreToldAndSoIsABrokerThatIsAway() throws Exception {
    await().atMost(PATIENCE).until(() -> read("/").body().contains("mac-1"));
    HttpResponse<Stream<String>> events =
        http.send(
            request("/events").header("Authorization", "Bearer " + TOKEN).build(),
            BodyHandlers.ofLines());
    assertThat(events.headers().firstValue("X-Accel-Buffering")).contains("no");
    CompletableFuture<Optional<String>> told =
        CompletableFuture.supplyAsync(
            () -> events.body().filter(line -> line.contains("\"instance\":\"vm-1\"")).findFirst());
    said = AFTER;
    await().atMost(PATIENCE).until(told::isDone);
    assertThat(told.join().orElseThrow()).contains("\"use\":\"busy\"");

    away = true;

    await().atMost(PATIENCE).until(() -> read("/").body().contains("The broker is away since"));
    assertThat(read("/api/hosts").body()).contains("\"known\":false").contains("mac-1");
    assertThat(admin("/health/ready")).contains("\"status\":\"ok\"").contains("away: ");
    away = false;
    await().atMost(PATIENCE).until(() -> read("/").body().contains("The broker answers."));
  }

  /** A broker that is gone, and one that takes questions and answers none. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKilledBrokerIsToldToViewersWithinTenSecondsAndItsReturnToo(boolean silently)
      throws Exception {
    console.close();
    console = console("2s"); // what it is unless somebody sets it
    await().atMost(PATIENCE).until(() -> read("/").body().contains("The broker answers."));
    HttpResponse<Stream<String>> events =
        http.send(
            request("/events").header("Authorization", "Bearer " + TOKEN).build(),
            BodyHandlers.ofLines());
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    CompletableFuture<Void> following =
        CompletableFuture.runAsync(() -> events.body().forEach(told::add));
    int port = broker.port();
    if (silently) {
      silent = true;
    } else {
      broker.close();
    }

    assertThat(heard(told, "The broker is away since", Duration.ofSeconds(10))).isTrue();
    assertThat(read("/").body()).contains("The broker is away since").contains("mac-1");
    assertThat(read("/jobs/7").body()).as("what was true then").contains("mac-1");
    silent = false;
    if (!silently) {
      broker = broker(port);
    }

    assertThat(heard(told, "The broker answers.", Duration.ofSeconds(10))).isTrue();
    assertThat(read("/").body()).contains("The broker answers.");
    assertThat(following).as("the same viewer, all the time").isNotDone();
  }

  private static boolean heard(BlockingQueue<String> told, String words, Duration within)
      throws InterruptedException {
    long until = System.nanoTime() + within.toNanos();
    String line = "";
    while (line != null && !line.contains(words)) {
      line = told.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
    return line != null;
  }

  @Test
  void eachJobAndEachOwnersCreatesHaveAnAddressThatTellsWhyTheyWait() throws Exception {
    said =
        FakePool.waiting(
            FakePool.state(
                List.of(FakePool.host("mac-1", "ready", 2), FakePool.host("mac-2", "draining", 0)),
                List.of(
                    FakePool.instance("vm-1", "mac-1", "ios", "ready", false),
                    FakePool.instance("vm-2", "mac-1", "ios", "ready", false))),
            "ios",
            3);
    await().atMost(PATIENCE).until(() -> read("/waiting").body().contains("/waiting/ios"));
    await().atMost(PATIENCE).until(() -> read("/waiting").body().contains("builds.ios"));

    assertThat(read("/waiting/ios").body())
        .contains("3 of its creates wait")
        .contains("it has 2 instances")
        .contains("it is full: 2 of 2 slots in use")
        .contains("somebody wanted it so")
        .contains("those of the one that answered");
    assertThat(read("/waiting/tvos").body()).contains("None of its creates waits");
    assertThat(read("/jobs/7").body())
        .contains("no worker has taken it")
        .contains("builds.ios, ios-workers")
        .contains("Stalled: nothing &lt;moves&gt;")
        .contains("2 hosts: 1 draining, 1 full")
        .contains("it is full: 2 of 2 slots in use");
    assertThat(read("/jobs/x").body()).doesNotContain("Why does it wait</h2>");
  }

  private String admin(String path) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.adminPort() + path))
                .timeout(PATIENCE)
                .build(),
            BodyHandlers.ofString())
        .body();
  }
}
