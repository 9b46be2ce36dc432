package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.ApiCall.Verb;
import io.macpool.sim.kubernetes.ApiFaults.Fault;
import io.macpool.sim.kubernetes.ObjectApi.Answer;
import io.macpool.sim.kubernetes.admission.Validation;
import io.macpool.sim.kubernetes.fields.FieldSets;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API over HTTP: who may ask, what is asked, what goes wrong on purpose, the answer. */
final class ApiServer {

  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
  private static final int MAX_BODY = 4 * 1024 * 1024;

  private final Vertx vertx;
  private final String prefix;
  private final byte[] authorization;
  private final ResourceTypes types;
  private final Discovery discovery;
  private final ObjectApi objects;
  private final Tables tables;
  private final Watches watches;
  private final PodLogApi logs;
  private final ApiCalls calls;
  private final ApiFaults faults;

  /**
   * Who answers which requests, once they are let in.
   *
   * @param types that there are
   * @param tables lists for people
   */
  record Apis(
      ResourceTypes types, ObjectApi objects, Tables tables, Watches watches, PodLogApi logs) {}

  ApiServer(Vertx vertx, String token, Apis apis, ApiCalls calls, ApiFaults faults) {
    this.vertx = vertx;
    this.prefix = "/" + token + "/";
    this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    this.types = apis.types();
    this.discovery = new Discovery(types);
    this.objects = apis.objects();
    this.tables = apis.tables();
    this.watches = apis.watches();
    this.logs = apis.logs();
    this.calls = calls;
    this.faults = faults;
  }

  void receive(HttpServerRequest http) {
    boolean upgrade = http.getHeader("Upgrade") != null;
    if (upgrade) {
      answer(http, "");
      return;
    }
    Buffer body = Buffer.buffer();
    http.handler(
        bytes -> {
          if (body.length() <= MAX_BODY) {
            body.appendBuffer(bytes);
          }
        });
    http.endHandler(end -> answer(http, body.toString(StandardCharsets.UTF_8)));
  }

  private void answer(HttpServerRequest http, String body) {
    try {
      String path = authorizedPath(http);
      String type = http.getHeader("Content-Type");
      if (type != null && type.contains("protobuf")) {
        throw new ApiFailure(415, "UnsupportedMediaType", "protobuf is not spoken here: send JSON");
      }
      if (body.length() > MAX_BODY) {
        throw new ApiFailure(413, "RequestEntityTooLarge", "the body is too long");
      }
      Optional<JsonNode> found = discovery.answer(http.method().name(), path, body);
      if (found.isPresent()) {
        send(http, 200, found.get());
        return;
      }
      ApiRequest request = ApiRequest.of(http, path, types).orElseThrow(ApiFailure::noSuchPath);
      calls.count(request.call());
      carryOut(request, body, faults.next(request.call()));
    } catch (ApiFailure failure) {
      send(http, failure.code(), failure.status());
    } catch (RuntimeException e) {
      log.warn("{} {} failed", http.method(), http.path(), e);
      send(http, 500, new ApiFailure(500, "InternalError", e.toString()).status());
    }
  }

  /**
   * The path that is asked for. {@code kubectl} sends no token without TLS, so the token may also
   * be the first part of the path, as the kubeconfig has it.
   */
  private String authorizedPath(HttpServerRequest http) {
    String path = http.path();
    if (path.length() >= prefix.length()
        && matches(prefix.getBytes(StandardCharsets.UTF_8), path.substring(0, prefix.length()))) {
      return path.substring(prefix.length() - 1);
    }
    String given = http.getHeader("Authorization");
    if (given == null || !matches(authorization, given)) {
      throw new ApiFailure(401, "Unauthorized", "Unauthorized");
    }
    return path;
  }

  private static boolean matches(byte[] secret, String given) {
    return MessageDigest.isEqual(secret, given.getBytes(StandardCharsets.UTF_8));
  }

  private void carryOut(ApiRequest request, String body, Optional<Fault> fault) {
    if (fault.isEmpty()) {
      carryOut(request, body);
      return;
    }
    if (fault.get().carriedOut()) {
      objects.answer(request, body);
    }
    switch (fault.get().ending()) {
      case REFUSAL -> throw ApiFailure.injected(fault.get().status());
      case DROP -> request.http().connection().close();
      case SILENCE -> log.debug("no answer to {}", request.call());
      case DELAY -> {
        request.http().pause();
        vertx.setTimer(
            Math.max(1, fault.get().delay().toMillis()), late -> carryOutLate(request, body));
      }
    }
  }

  private void carryOutLate(ApiRequest request, String body) {
    request.http().resume();
    try {
      carryOut(request, body);
    } catch (ApiFailure failure) {
      send(request.http(), failure.code(), failure.status());
    }
  }

  private void carryOut(ApiRequest request, String body) {
    if (PodLogApi.isAskedBy(request)) {
      objects.answer(request.withoutSubresource(), ""); // 404 if there is no such pod
      logs.answer(request);
      return;
    }
    if (request.verb() == Verb.WATCH) {
      Function<ObjectNode, JsonNode> form =
          request.wantsTable() ? object -> tables.row(request.type(), object) : object -> object;
      watches.begin(vertx, request, form);
      return;
    }
    if (request.isStrict() && ObjectApi.json(body) instanceof ObjectNode part) {
      Validation.refuseUnknown(request.type(), part);
    }
    Answer answer = objects.answer(request, body);
    boolean table = request.wantsTable() && request.verb() != Verb.CREATE;
    send(
        request.http(),
        answer.status(),
        table ? tables.of(request.type(), answer.body()) : answer.body());
  }

  private static void send(HttpServerRequest http, int status, JsonNode body) {
    if (status == 429) {
      http.response().putHeader("Retry-After", "1");
    }
    http.response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(FieldSets.write(body));
  }
}
