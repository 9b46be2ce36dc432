package io.macpool.sim.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.sim.net.Hold;
import io.macpool.sim.net.LoopbackServer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The build-script service over HTTP: {@code POST /script?job_id=ID&source=worker} with a payload
 * answers its bash script; 422 if the config can't be understood, 400 if the body is not JSON, 401
 * without the token. Faults are set per test. Thread safe.
 */
public final class BuildScriptSimulator implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int MAX_BODY = 10 * 1024 * 1024;
  private static final int KEPT = 10_000;

  private final String token;
  private final Deque<Request> requests = new ArrayDeque<>();
  private final Deque<Fault> faults = new ArrayDeque<>();
  private Duration delay = Duration.ZERO;
  private Hold hold = Hold.closed();
  private final LoopbackServer server;

  private BuildScriptSimulator(String token) {
    this.token = token;
    this.server = LoopbackServer.start(0, vertx -> request -> receive(vertx, request));
  }

  /**
   * A request as it came.
   *
   * @param jobId the query's {@code job_id}
   * @param source the query's {@code source}
   * @param status what it was answered; 0 if the connection was dropped
   */
  public record Request(String jobId, String source, JsonNode payload, int status) {}

  /** What goes wrong with one request: a status, or (empty) a connection that drops. */
  private record Fault(Optional<Integer> status) {}

  /** Starts on a free loopback port with a token of its own. */
  public static BuildScriptSimulator start() {
    byte[] bytes = new byte[12];
    RANDOM.nextBytes(bytes);
    return new BuildScriptSimulator(HexFormat.of().formatHex(bytes));
  }

  /** What {@code TRAVIS_WORKER_BUILD_API_URI} is to be; its user part is the token. */
  public URI uri() {
    return URI.create("http://" + token + "@127.0.0.1:" + server.port() + "/script");
  }

  /** The next {@code times} requests are answered {@code status}. */
  public synchronized void failNext(int times, int status) {
    for (int i = 0; i < times; i++) {
      faults.add(new Fault(Optional.of(status)));
    }
  }

  /** The next {@code times} requests get no answer: the connection is closed. */
  public synchronized void dropNext(int times) {
    for (int i = 0; i < times; i++) {
      faults.add(new Fault(Optional.empty()));
    }
  }

  /** Every answer from now on comes this much later. */
  public synchronized void slow(Duration delay) {
    this.delay = delay;
  }

  /** Requests wait for their answers until the hold is closed. */
  public synchronized Hold hold() {
    hold = new Hold();
    return hold;
  }

  /** What was asked so far, oldest first; at most the last 10,000. */
  public synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  private void receive(Vertx vertx, HttpServerRequest request) {
    Buffer body = Buffer.buffer();
    request.handler(
        bytes -> {
          if (body.length() <= MAX_BODY) {
            body.appendBuffer(bytes);
          }
        });
    request.endHandler(
        end ->
            currentHold().pass(() -> vertx.runOnContext(go -> answerInTime(vertx, request, body))));
  }

  private synchronized Hold currentHold() {
    return hold;
  }

  private void answerInTime(Vertx vertx, HttpServerRequest request, Buffer body) {
    long millis = delay().toMillis();
    if (millis == 0) {
      answer(request, body);
    } else {
      vertx.setTimer(millis, late -> answer(request, body));
    }
  }

  private synchronized Duration delay() {
    return delay;
  }

  private record Answer(int status, String type, String text) {}

  private void answer(HttpServerRequest request, Buffer body) {
    Optional<JsonNode> payload = parse(body);
    Fault fault = nextFault();
    if (fault != null && fault.status().isEmpty()) {
      note(request, payload, 0);
      request.connection().close();
      return;
    }
    Answer answer =
        fault == null
            ? decide(request, body, payload)
            : new Answer(fault.status().get(), "text/plain", "injected fault\n");
    note(request, payload, answer.status());
    request
        .response()
        .setStatusCode(answer.status())
        .putHeader("Content-Type", answer.type())
        .end(answer.text());
  }

  private Answer decide(HttpServerRequest request, Buffer body, Optional<JsonNode> payload) {
    if (!authorized(request)) {
      return new Answer(401, "text/plain", "token is required\n");
    }
    if (!request.method().equals(HttpMethod.POST)) {
      return new Answer(405, "text/plain", "POST a payload\n");
    }
    if (body.length() > MAX_BODY) {
      return new Answer(413, "text/plain", "the payload is too long\n");
    }
    if (payload.isEmpty()) {
      return new Answer(400, "text/plain", "the payload is not a JSON object\n");
    }
    try {
      return new Answer(200, "application/x-sh", BuildScript.of(payload.get()));
    } catch (InvalidConfigException e) {
      return new Answer(422, "text/plain", e.getMessage() + "\n");
    }
  }

  private boolean authorized(HttpServerRequest request) {
    String given = request.getHeader("Authorization");
    return given != null
        && MessageDigest.isEqual(
            ("token " + token).getBytes(StandardCharsets.UTF_8),
            given.getBytes(StandardCharsets.UTF_8));
  }

  private synchronized Fault nextFault() {
    return faults.poll();
  }

  private synchronized void note(
      HttpServerRequest request, Optional<JsonNode> payload, int status) {
    if (requests.size() == KEPT) {
      requests.removeFirst();
    }
    requests.add(
        new Request(
            request.getParam("job_id", ""),
            request.getParam("source", ""),
            payload.orElse(JSON.nullNode()),
            status));
  }

  private static Optional<JsonNode> parse(Buffer body) {
    try {
      JsonNode node = JSON.readTree(body.getBytes());
      return node != null && node.isObject() ? Optional.of(node) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
