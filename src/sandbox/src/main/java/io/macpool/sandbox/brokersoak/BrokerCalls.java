package io.macpool.sandbox.brokersoak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The broker's HTTP API as a client of any make calls it. Thread-safe. */
final class BrokerCalls {

  /** Longer than the broker's own limit for a request. */
  private static final Duration PATIENCE = Duration.ofSeconds(75);

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * An answer.
   *
   * @param status 0: none came
   * @param detail the errors' codes and words, or why none came
   */
  record Reply(int status, Optional<Integer> retryAfter, String detail, Optional<String> instance) {
    boolean isGood() {
      return status / 100 == 2;
    }
  }

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  Reply call(Replica replica, String token, String method, String path, @Nullable Object body)
      throws InterruptedException {
    return call(replica, token, method, path, body, Map.of());
  }

  Reply call(
      Replica replica,
      String token,
      String method,
      String path,
      @Nullable Object body,
      Map<String, String> headers)
      throws InterruptedException {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(replica.url() + path))
              .timeout(PATIENCE)
              .header("Authorization", "token " + token)
              .header("Content-Type", "application/vnd.api+json")
              .method(
                  method,
                  body == null
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(
                          JSON.writeValueAsString(Map.of("data", body))));
      headers.forEach(request::header);
      return read(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return new Reply(0, Optional.empty(), String.valueOf(e), Optional.empty());
    }
  }

  private static Reply read(HttpResponse<String> response) throws IOException {
    Optional<Integer> retry = response.headers().firstValue("Retry-After").map(Integer::parseInt);
    if (response.statusCode() / 100 == 2) {
      JsonNode first =
          response.body().isEmpty()
              ? JSON.nullNode()
              : JSON.readTree(response.body()).path("data").path(0);
      return new Reply(
          response.statusCode(),
          retry,
          "",
          first.path("type").asText().equals("instances")
              ? Optional.of(first.path("id").asText())
              : Optional.empty());
    }
    return new Reply(response.statusCode(), retry, words(response.body()), Optional.empty());
  }

  private static String words(String body) {
    try {
      JsonNode error = JSON.readTree(body).path("errors").path(0);
      return (error.path("code").asText() + ": " + error.path("detail").asText()).strip();
    } catch (IOException e) {
      return body.length() > 200 ? body.substring(0, 200) : body;
    }
  }
}
