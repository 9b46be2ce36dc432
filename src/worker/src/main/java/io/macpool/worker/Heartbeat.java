package io.macpool.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.net.BoundedExchange;
import io.macpool.core.FailureWords;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a URL again and again whether this worker should go on: {@code {"state":"down"}} drains it.
 * No answer, or any other, changes nothing. It asks at once, and sooner again after a failure.
 */
final class Heartbeat implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  /**
   * How often.
   *
   * @param afterAnswer after any 2xx with a JSON object
   * @param afterFailure after anything else
   */
  record Pace(Duration afterAnswer, Duration afterFailure) {}

  /** As the Go worker asks. */
  static final Pace PACE = new Pace(Duration.ofMinutes(5), Duration.ofSeconds(30));

  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(5);
  private static final int LONGEST_ANSWER = 64 * 1024;
  private static final String FROM_FILE = "file://";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http;
  private final CalledUrl url;
  private final Optional<Secret> token;
  private final Runnable drain;
  private final Pace pace;
  private final ScheduledExecutorService scheduler;
  private @Nullable ScheduledFuture<?> next;
  private boolean closed;

  Heartbeat(
      CalledUrl url,
      Optional<Secret> token,
      Runnable drain,
      Pace pace,
      Executor executor,
      ScheduledExecutorService scheduler) {
    this.url = url;
    this.token = token;
    this.drain = drain;
    this.pace = pace;
    this.scheduler = scheduler;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(ANSWER_DEADLINE)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .executor(executor)
            .build();
    askAfter(Duration.ZERO);
  }

  private synchronized void askAfter(Duration pause) {
    if (!closed) {
      next = scheduler.schedule(this::ask, pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Read at each request: a mounted Secret may change. */
  private static String read(Secret token) {
    String text = token.reveal();
    if (!text.startsWith(FROM_FILE)) {
      return text;
    }
    try {
      return Files.readString(Path.of(text.substring(FROM_FILE.length()))).strip();
    } catch (IOException e) {
      throw new IllegalStateException("the heartbeat's token can't be read from its file", e);
    }
  }

  private void ask() {
    HttpRequest.Builder builder = url.request().timeout(ANSWER_DEADLINE);
    try {
      token.ifPresent(secret -> builder.setHeader("Authorization", "token " + read(secret)));
    } catch (IllegalStateException | IllegalArgumentException e) {
      log.warn("no heartbeat: its token's file can't be read, or its token is none for a header");
      askAfter(pace.afterFailure());
      return;
    }
    CompletableFuture<Void> unused =
        BoundedExchange.send(http, builder.GET().build(), LONGEST_ANSWER)
            .handle(
                (response, failure) -> {
                  boolean answered = failure == null && hear(response);
                  if (failure != null) {
                    log.warn("no heartbeat: {}", FailureWords.of(failure));
                  }
                  askAfter(answered ? pace.afterAnswer() : pace.afterFailure());
                  return null;
                });
  }

  /** Whether it was an answer. */
  private boolean hear(HttpResponse<byte[]> response) {
    if (response.statusCode() / 100 != 2) {
      log.warn("the heartbeat answered with status {}", response.statusCode());
      return false;
    }
    try {
      JsonNode answer = JSON.readTree(response.body());
      if (!answer.isObject()) {
        log.warn("the heartbeat's answer is no JSON object");
        return false;
      }
      if ("down".equals(answer.path("state").asText())) {
        log.info("the heartbeat says down: the worker drains");
        drain.run();
      }
      return true;
    } catch (IOException e) {
      log.warn("the heartbeat's answer is not JSON");
      return false;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel(false);
    }
  }
}
