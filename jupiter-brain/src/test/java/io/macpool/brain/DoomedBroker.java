package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.execution.CrashPoint.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A broker in a process of its own that will halt at a step. */
final class DoomedBroker implements AutoCloseable {

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private String base;

  /**
   * @param prefix a command that runs the one behind it, such as {@code prlimit --nofile=1024}
   */
  DoomedBroker(String... prefix) throws IOException {
    List<String> command = new ArrayList<>(List.of(prefix));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            CrashingBrain.class.getName()));
    process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
  }

  int port() {
    return URI.create(base).getPort();
  }

  /** Lets it begin, and waits until it could place an instance. */
  DoomedBroker begin(Map<String, String> environment, Step step) throws IOException {
    Writer in = process.outputWriter(StandardCharsets.UTF_8);
    for (Map.Entry<String, String> setting : environment.entrySet()) {
      in.write(setting.getKey() + "=" + setting.getValue() + "\n");
    }
    // It is a cold JVM, and must come as far as its step.
    in.write("JUPITER_BRAIN_REQUEST_TIMEOUT=60s\n");
    in.write("CRASH_AT=" + step + "\n\n");
    in.flush();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    base = "http://127.0.0.1:" + out.readLine();
    Awaitility.await("the broker that will halt is ready")
        .atMost(BrainLab.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> call("GET", "/capacity", null).body().contains("\"total\":2"));
    return this;
  }

  /** The answer; empty if it halted before it gave one. */
  Optional<HttpResponse<String>> tryCall(String method, String path, String body)
      throws InterruptedException {
    try {
      return Optional.of(call(method, path, body));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private HttpResponse<String> call(String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(BrainLab.PATIENCE)
            .header("Authorization", "token secret")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** It must have met its step by now. */
  void assertHalted() throws InterruptedException {
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it halts").isTrue();
    assertThat(process.exitValue()).isEqualTo(3);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
