package io.macpool.bench.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.bench.ServiceProcess;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Chromium without a screen, by the W3C's WebDriver and its DevTools. */
final class WebDriver implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final String base;
  private String session = "";

  private WebDriver(Process process, int port) {
    this.process = process;
    this.base = "http://127.0.0.1:" + port + "/session";
    Runtime.getRuntime().addShutdownHook(new Thread(this::kill, "kill-browser"));
  }

  static WebDriver start(String program, int width, int height)
      throws IOException, InterruptedException {
    int port = ServiceProcess.freePort();
    Process process =
        new ProcessBuilder(program, "--port=" + port)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD)
            .start();
    WebDriver driver = new WebDriver(process, port);
    try {
      driver.begin(width, height);
      return driver;
    } catch (IOException | InterruptedException | RuntimeException e) {
      driver.close();
      throw e;
    }
  }

  private void begin(int width, int height) throws IOException, InterruptedException {
    List<String> arguments =
        List.of(
            "--headless=new",
            "--no-sandbox", // root may not have one, and it sees our own pages alone
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            "--window-size=" + width + "," + height,
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
    Map<String, Object> wanted =
        Map.of(
            "capabilities",
            Map.of(
                "alwaysMatch",
                Map.of("browserName", "chrome", "goog:chromeOptions", Map.of("args", arguments))));
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (session.isEmpty()) {
      try {
        session = "/" + post("", wanted).path("sessionId").asText();
      } catch (ConnectException notYet) {
        if (System.nanoTime() > until || !process.isAlive()) {
          throw notYet;
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  private JsonNode post(String path, Object body) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(base + path))
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build(),
            BodyHandlers.ofString());
    JsonNode value = JSON.readTree(answer.body()).path("value");
    if (answer.statusCode() != 200) {
      throw new IOException("the browser refused " + path + ": " + value.path("message").asText());
    }
    return value;
  }

  void open(String url) throws IOException, InterruptedException {
    post(session + "/url", Map.of("url", url));
  }

  /** What a script returns. */
  JsonNode script(String script) throws IOException, InterruptedException {
    return post(session + "/execute/sync", Map.of("script", script, "args", List.of()));
  }

  /** Calls a method of the DevTools. */
  JsonNode devTools(String method, Map<String, ?> parameters)
      throws IOException, InterruptedException {
    return post(session + "/goog/cdp/execute", Map.of("cmd", method, "params", parameters));
  }

  /** A metric of the page, by its DevTools' name. */
  double metric(String name) throws IOException, InterruptedException {
    for (JsonNode each : devTools("Performance.getMetrics", Map.of()).path("metrics")) {
      if (each.path("name").asText().equals(name)) {
        return each.path("value").asDouble();
      }
    }
    throw new IOException("the browser tells no " + name);
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    kill(); // nothing it could still do is wanted
  }
}
