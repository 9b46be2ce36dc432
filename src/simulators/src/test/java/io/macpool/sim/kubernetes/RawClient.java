package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Stream;

/** Talks to the API as any client would, status codes included. */
final class RawClient {

  record Answer(int status, JsonNode body) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http;
  private final String url;
  private final String token;

  RawClient(KubernetesSimulator cluster) {
    this(HttpClient.newHttpClient(), cluster.url(), cluster.clientConfig().getOauthToken());
  }

  RawClient(HttpClient http, String url, String token) {
    this.http = http;
    this.url = url;
    this.token = token;
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send("GET", path, "", "application/json");
  }

  Answer post(String path, String body) throws IOException, InterruptedException {
    return send("POST", path, body, "application/json");
  }

  Answer put(String path, String body) throws IOException, InterruptedException {
    return send("PUT", path, body, "application/json");
  }

  Answer delete(String path, String body) throws IOException, InterruptedException {
    return send("DELETE", path, body, "application/json");
  }

  Answer patch(String path, String kind, String body) throws IOException, InterruptedException {
    return send("PATCH", path, body, "application/" + kind);
  }

  Answer apply(String path, String manager, String body) throws IOException, InterruptedException {
    return patch(path + "?fieldManager=" + manager, "apply-patch+yaml", body);
  }

  private Answer send(String method, String path, String body, String type)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            request(path)
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  /** The events of a watch over HTTP, as they come; it ends when the server ends it. */
  Stream<JsonNode> watch(String path) throws IOException, InterruptedException {
    return http.send(request(path).build(), BodyHandlers.ofLines()).body().map(RawClient::read);
  }

  private static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new IllegalStateException("not JSON: " + line, e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Authorization", "Bearer " + token);
  }
}
