package io.macpool.scaleset.github;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.broker.net.BoundedExchange;
import io.macpool.broker.net.Retries;
import io.macpool.core.FailureWords;
import io.macpool.scaleset.github.GitHubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Asks GitHub, and reads what comes back. */
final class GitHubHttp {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_ANSWER = 8 << 20;
  private static final int QUOTED = 200;

  /** Who is told nothing useful must neither hammer GitHub nor wait for a day. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);

  private static final Duration USUAL_WAIT = Duration.ofMinutes(1);

  private final GitHubWay way;
  private final Clock clock;

  /**
   * Owns nothing.
   *
   * @param clock the wall's time, more or less: GitHub says when a limit ends
   */
  GitHubHttp(GitHubWay way, Clock clock) {
    this.way = way;
    this.clock = clock;
  }

  /**
   * What came back.
   *
   * @param body missing if there was none
   */
  record Answer(int status, JsonNode body) {}

  static HttpRequest.Builder request(String url, Duration deadline, String authorization) {
    return HttpRequest.newBuilder(URI.create(url))
        .timeout(deadline)
        .header("Accept", "application/json")
        .header("Authorization", authorization)
        .header("User-Agent", "macpool-scale-set");
  }

  static HttpRequest.BodyPublisher json(JsonNode body) {
    try {
      return BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("our own JSON can't be written", e);
    }
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /**
   * Waits for the answer.
   *
   * @param what goes on behind "GitHub would not"
   * @throws GitHubException unless the status is one of 200 to 299
   */
  Answer ask(String what, HttpRequest request) {
    try {
      return begin(what, request).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GitHubException(Reason.UNREACHABLE, "interrupted", Duration.ZERO, e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof GitHubException known ? known : unreachable(what, e);
    }
  }

  /** As {@link #ask}, without waiting; cancelling the future ends the call. */
  CompletableFuture<Answer> begin(String what, HttpRequest request) {
    CompletableFuture<HttpResponse<byte[]>> exchange =
        BoundedExchange.send(way.http(), throughTheProxy(request), LONGEST_ANSWER);
    CompletableFuture<Answer> answer =
        exchange.handle(
            (response, failure) -> {
              if (failure != null) {
                throw unreachable(what, failure);
              }
              return read(what, response);
            });
    CompletableFuture<Answer> unused =
        answer.whenComplete(
            (read, failure) -> {
              if (answer.isCancelled()) {
                exchange.cancel(true);
              }
            });
    return answer;
  }

  /**
   * With the proxy's login from the start: a client that waits to be asked for one would take
   * GitHub's own refusals, which name no scheme, for a fault of the connection.
   */
  private HttpRequest throughTheProxy(HttpRequest request) {
    return way.proxyLogin()
        .map(
            login ->
                HttpRequest.newBuilder(request, (name, value) -> true)
                    .header("Proxy-Authorization", login.reveal())
                    .build())
        .orElse(request);
  }

  private Answer read(String what, HttpResponse<byte[]> response) {
    JsonNode body = parse(response.body());
    int status = response.statusCode();
    if (status / 100 != 2) {
      throw refused(what, response, body);
    }
    if (body == null) {
      throw new GitHubException(
          Reason.UNREACHABLE,
          "GitHub answered %d and no JSON when asked to %s: is a proxy or a login page between?"
              .formatted(status, what),
          Duration.ZERO,
          null);
    }
    return new Answer(status, body);
  }

  /** Null if it is no JSON; a byte order mark may stand before it. */
  private static @Nullable JsonNode parse(byte[] bytes) {
    int skip =
        bytes.length >= 3
                && bytes[0] == (byte) 0xef
                && bytes[1] == (byte) 0xbb
                && bytes[2] == (byte) 0xbf
            ? 3
            : 0;
    try {
      return JSON.readTree(bytes, skip, bytes.length - skip);
    } catch (IOException e) {
      return null;
    }
  }

  static JsonNode parse(String text) throws IOException {
    return JSON.readTree(text);
  }

  private GitHubException refused(
      String what, HttpResponse<byte[]> response, @Nullable JsonNode body) {
    int status = response.statusCode();
    String type = body == null ? "" : body.path("typeName").asText("");
    String said = body == null ? "" : body.path("message").asText("");
    if (said.length() > QUOTED) {
      said = said.substring(0, QUOTED) + "…";
    }
    Optional<Duration> limited = rateLimit(response, said);
    return new GitHubException(
        limited.isPresent() ? Reason.RATE_LIMITED : reason(status, type),
        "GitHub would not %s: %d%s".formatted(what, status, said.isEmpty() ? "" : ", " + said),
        limited.orElse(Duration.ZERO),
        null);
  }

  private static Reason reason(int status, String type) {
    if (type.endsWith("JobStillRunningException")) {
      return Reason.JOB_RUNNING;
    }
    return switch (status) {
      case 401, 403 -> Reason.UNAUTHORIZED;
      case 404 -> Reason.NOT_FOUND;
      case 409 -> Reason.CONFLICT;
      case 408, 429 -> Reason.FAILED;
      default -> status >= 500 ? Reason.FAILED : Reason.REFUSED;
    };
  }

  /** How long to wait, if the answer says that there were too many calls. */
  private Optional<Duration> rateLimit(HttpResponse<byte[]> response, String said) {
    int status = response.statusCode();
    Optional<Duration> after = response.headers().firstValue("Retry-After").flatMap(this::seconds);
    boolean spent =
        response.headers().firstValue("X-RateLimit-Remaining").filter("0"::equals).isPresent();
    boolean limited =
        status == 429
            || (status == 403
                && (after.isPresent() || spent || said.contains("secondary rate limit")));
    if (!limited) {
      return Optional.empty();
    }
    Duration wait = after.or(() -> untilReset(response)).orElse(USUAL_WAIT);
    return Optional.of(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
  }

  private Optional<Duration> seconds(String text) {
    return text.strip().matches("[0-9]{1,6}")
        ? Optional.of(Duration.ofSeconds(Math.max(1, Long.parseLong(text.strip()))))
        : Optional.empty();
  }

  private Optional<Duration> untilReset(HttpResponse<byte[]> response) {
    return response
        .headers()
        .firstValue("X-RateLimit-Reset")
        .filter(text -> text.matches("[0-9]{1,12}"))
        .map(text -> Long.parseLong(text) - clock.instant().getEpochSecond())
        .filter(left -> left > 0)
        .map(Duration::ofSeconds);
  }

  private static GitHubException unreachable(String what, Throwable failure) {
    Throwable cause = Retries.cause(failure);
    if (cause instanceof GitHubException known) {
      return known;
    }
    String why = cause instanceof HttpTimeoutException ? "time-out" : FailureWords.of(cause);
    return new GitHubException(
        Reason.UNREACHABLE,
        "no answer from GitHub when asked to %s: %s".formatted(what, why),
        Duration.ZERO,
        cause);
  }
}
