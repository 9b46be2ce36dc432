package io.macpool.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.BoundedExchange;
import io.macpool.broker.Retries;
import io.macpool.service.Secret;
import java.io.IOException;
import java.net.URI;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a URL again and again whether this worker should go on: {@code {"state":"down"}} drains it.
 * No answer, or any other, changes nothing.
 */
final class Heartbeat implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
  private static final Duration EVERY = Duration.ofSeconds(30);
  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(5);
  private static final int LONGEST_ANSWER = 64 * 1024;
  private static final String FROM_FILE = "file://";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http;
  private final HttpRequest request;
  private final Runnable drain;
  private final ScheduledFuture<?> ticking;

  Heartbeat(
      URI url,
      Optional<Secret> token,
      Runnable drain,
      Duration every,
      Executor executor,
      ScheduledExecutorService scheduler) {
    this.drain = drain;
    this.http = HttpClient.newBuilder().connectTimeout(ANSWER_DEADLINE).executor(executor).build();
    HttpRequest.Builder builder = HttpRequest.newBuilder(url).timeout(ANSWER_DEADLINE);
    token.ifPresent(secret -> builder.header("Authorization", "token " + read(secret)));
    this.request = builder.GET().build();
    this.ticking =
        scheduler.scheduleWithFixedDelay(this::ask, 0, every.toMillis(), TimeUnit.MILLISECONDS);
  }

  static Duration every() {
    return EVERY;
  }

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
    CompletableFuture<Void> unused =
        BoundedExchange.send(http, request, LONGEST_ANSWER)
            .handle(
                (response, failure) -> {
                  if (failure != null) {
                    log.warn("no heartbeat: {}", Retries.cause(failure).getClass().getSimpleName());
                  } else if (isDown(response)) {
                    log.info("the heartbeat says down: the worker drains");
                    drain.run();
                  }
                  return null;
                });
  }

  private static boolean isDown(HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      log.warn("the heartbeat answered with status {}", response.statusCode());
      return false;
    }
    try {
      return "down".equals(JSON.readTree(response.body()).path("state").asText());
    } catch (IOException e) {
      log.warn("the heartbeat's answer is not JSON");
      return false;
    }
  }

  @Override
  public void close() {
    ticking.cancel(false);
  }
}
