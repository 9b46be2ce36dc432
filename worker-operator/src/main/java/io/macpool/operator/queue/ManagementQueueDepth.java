package io.macpool.operator.queue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.net.BoundedExchange;
import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.OptionalLong;

/**
 * Depth from RabbitMQ's management API, {@code GET /api/queues/VHOST/NAME}: ready and unacked
 * apart. For a moment after a queue was declared the fields are absent: that is unknown, not zero.
 */
public final class ManagementQueueDepth implements QueueDepth {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** The management plugin gathers its numbers each few seconds; each question costs it much. */
  private static final Duration AT_MOST_EVERY = Duration.ofSeconds(1);

  private static final int LONGEST_ANSWER = 1 << 20;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final ObjectMapper json = new ObjectMapper();
  private final URI api;
  private final String virtualHost;
  private final String authorization;

  /**
   * Does not connect yet.
   *
   * @param uri {@code http(s)://USER:PASSWORD@HOST:PORT/VHOST}, no path meaning the virtual host
   *     {@code /}
   * @throws IllegalArgumentException if the URI is none, without showing it: it holds a password
   */
  public ManagementQueueDepth(Secret uri) {
    PeerUrl given = PeerUrl.parseHttp(uri.reveal());
    if (given.user().isEmpty() || given.password().isEmpty()) {
      throw new IllegalArgumentException(
          "has no login; write http://USER:PASSWORD@HOST:15672/VHOST");
    }
    virtualHost = given.path().length() < 2 ? "/" : PeerUrl.decode(given.path().substring(1));
    api = URI.create(given.scheme() + "://" + given.place() + "/api/queues/");
    authorization =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(
                    (given.user().get() + ":" + given.password().get())
                        .getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Depth read(String queue) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(api.resolve(encode(virtualHost) + "/" + encode(queue)))
            .timeout(TIMEOUT)
            .header("Authorization", authorization)
            .build();
    try {
      HttpResponse<byte[]> response = BoundedExchange.await(client, request, LONGEST_ANSWER);
      if (response.statusCode() != 200) {
        throw new IOException(
            "management API answered " + response.statusCode() + " for queue " + queue);
      }
      JsonNode state = json.readTree(response.body());
      return new Depth(
          field(state, "messages_ready", queue),
          OptionalLong.of(field(state, "messages_unacknowledged", queue)));
    } catch (ConnectException e) {
      throw new IOException("no connection to the management API on " + api.getAuthority(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading the depth of " + queue, e);
    }
  }

  @Override
  public Duration atMostEvery() {
    return AT_MOST_EVERY;
  }

  private static long field(JsonNode state, String name, String queue) throws IOException {
    JsonNode value = state.path(name);
    if (!value.isIntegralNumber() || value.longValue() < 0) {
      throw new IOException("management API does not tell " + name + " of queue " + queue + " yet");
    }
    return value.longValue();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    // The HTTP client of JDK 17 owns nothing that outlives it.
  }
}
