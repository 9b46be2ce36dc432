package io.macpool.sim.amqp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/** What an operator does to a real RabbitMQ by its management API, on one virtual host. */
public final class RabbitMqManagement {

  /** Nodes that have just met each other take their time. */
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder().version(Version.HTTP_1_1).connectTimeout(DEADLINE).build();
  private final URI base;
  private final String host;

  /** By its address, credentials included; on the virtual host /. */
  public RabbitMqManagement(URI base) {
    this(base, "/");
  }

  /** On another virtual host, which need not be there yet. */
  public RabbitMqManagement(URI base, String host) {
    this.base = base;
    this.host = URLEncoder.encode(host, StandardCharsets.UTF_8);
  }

  public void createVirtualHost() {
    call("PUT", "/api/vhosts/" + host, "");
  }

  public void deleteVirtualHost() {
    call("DELETE", "/api/vhosts/" + host, "");
  }

  /** Sets a policy for the queue of this name. */
  public void setPolicy(String name, String queue, Map<String, Object> definition) {
    setPolicyOfPattern(name, "^" + Pattern.quote(queue) + "$", definition);
  }

  /** Sets a policy for the queues in whose names this regular expression is found. */
  public void setPolicyOfPattern(String name, String queues, Map<String, Object> definition) {
    call(
        "PUT",
        "/api/policies/" + host + "/" + name,
        Json.write(Map.of("pattern", queues, "definition", definition, "apply-to", "queues")));
  }

  public void clearPolicy(String name) {
    call("DELETE", "/api/policies/" + host + "/" + name, "");
  }

  public void deleteQueue(String queue) {
    call("DELETE", "/api/queues/" + host + "/" + queue, "");
  }

  public void deleteExchange(String exchange) {
    call("DELETE", "/api/exchanges/" + host + "/" + exchange, "");
  }

  private void call(String method, String path, String body) {
    String credentials =
        Base64.getEncoder().encodeToString(base.getUserInfo().getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + base.getHost() + ":" + base.getPort() + path))
            .timeout(DEADLINE)
            .header("Authorization", "Basic " + credentials)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      if (response.statusCode() >= 300 && response.statusCode() != 404) {
        throw new IllegalStateException(
            method + " " + path + " was answered " + response.statusCode() + " " + response.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("RabbitMQ's management can't be reached", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while RabbitMQ's management was called", e);
    }
  }
}
