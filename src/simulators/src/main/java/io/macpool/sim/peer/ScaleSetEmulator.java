package io.macpool.sim.peer;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The emulator of GitHub's runner scale sets of the crate scaleset, as a process of its own, and
 * its control API. It ends with {@link #close()}.
 */
public final class ScaleSetEmulator implements AutoCloseable {

  /** The personal access token that it takes. */
  public static final String TOKEN = "ghp_emulator";

  private static final long END_SECONDS = 5;
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Process process;
  private final JsonObject ready;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(DEADLINE).build();

  private ScaleSetEmulator(Process process, JsonObject ready) {
    this.process = process;
    this.ready = ready;
  }

  /** Starts {@code program} on a free port, with flags such as {@code --long-poll-ms 500}. */
  public static ScaleSetEmulator start(String program, String... flags) {
    List<String> line = new ArrayList<>(List.of(program, "--port", "0"));
    line.addAll(List.of(flags));
    try {
      Process process =
          new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String told = out.readLine();
      if (told == null) {
        process.destroyForcibly();
        throw new IOException("it ended without a word: " + String.join(" ", line));
      }
      return new ScaleSetEmulator(process, new JsonObject(told));
    } catch (IOException e) {
      throw new UncheckedIOException("can't start the emulator of scale sets", e);
    }
  }

  /** The URL of an organization. */
  public String organization() {
    return ready.getString("config_url");
  }

  /** All that it holds: scaleSets, sessions, runners, jobs. */
  public JsonObject state() {
    return new JsonObject(call("GET", "/state", null).body());
  }

  /** The id of its only scale set; fails if there is none. */
  public long scaleSet() {
    JsonArray sets = state().getJsonArray("scaleSets");
    if (sets.size() != 1) {
      throw new IllegalStateException("there is not one scale set: " + sets.encode());
    }
    return sets.getJsonObject(0).getLong("id");
  }

  /** Queues a job; returns its id. */
  public long queue(long scaleSet) {
    return new JsonObject(
            call("POST", "/jobs", new JsonObject().put("scaleSetId", scaleSet)).body())
        .getLong("runnerRequestId");
  }

  /** Gives a job to a runner; false if either is not ready for it. */
  public boolean begin(long job, String runner) {
    return call("POST", "/jobs/" + job + "/start", new JsonObject().put("runnerName", runner))
            .statusCode()
        == 200;
  }

  /** Ends a job. */
  public void complete(long job, String result) {
    call("POST", "/jobs/" + job + "/complete", new JsonObject().put("result", result));
  }

  /** The next {@code times} calls of an endpoint are answered with that status. */
  public void fail(String endpoint, int status, int times) {
    fault(endpoint, new JsonObject().put("kind", "status").put("status", status), times);
  }

  /** The next {@code times} calls of an endpoint are too many. */
  public void limit(String endpoint, int retryAfterSeconds, int times) {
    fault(
        endpoint,
        new JsonObject()
            .put("kind", "rateLimit")
            .put("status", 429)
            .put("retryAfterSecs", retryAfterSeconds)
            .put("primary", false),
        times);
  }

  /** The next {@code times} calls of an endpoint are answered later. */
  public void delay(String endpoint, Duration time, int times) {
    fault(endpoint, new JsonObject().put("kind", "delay").put("millis", time.toMillis()), times);
  }

  private void fault(String endpoint, JsonObject response, int times) {
    call(
        "POST",
        "/faults",
        new JsonObject().put("endpoint", endpoint).put("response", response).put("times", times));
  }

  /** Tokens of the service are over at once. */
  public void expireAdminTokens() {
    call("POST", "/expire/admin-tokens", new JsonObject());
  }

  /** The token of the session's queue is over at once. */
  public void expireQueueToken(long scaleSet) {
    call("POST", "/expire/queue-token/" + scaleSet, new JsonObject());
  }

  /** The session is over at once, as GitHub ends one that nobody asks any more. */
  public void expireSession(long scaleSet) {
    call("POST", "/expire/session/" + scaleSet, new JsonObject());
  }

  private HttpResponse<String> call(String method, String path, @Nullable JsonObject body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(ready.getString("control_url") + path))
            .timeout(DEADLINE)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.encode()))
            .build();
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("the emulator does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
