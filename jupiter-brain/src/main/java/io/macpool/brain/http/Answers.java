package io.macpool.brain.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Documents.Data;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;

/** Writes answers. One that comes too late, as the connection is gone, is dropped. */
final class Answers {

  static final String CONTENT_TYPE = "application/vnd.api+json";

  private Answers() {}

  static <T> Future<Void> data(RoutingContext call, int status, List<T> resources) {
    return body(call, status, new Data<>(resources));
  }

  static void problem(RoutingContext call, Problem problem) {
    if (problem.status() == 401) {
      call.response().putHeader("WWW-Authenticate", "token");
    }
    problem
        .retryAfter()
        .map(Duration::toSeconds)
        .ifPresent(
            seconds ->
                call.response().putHeader("Retry-After", Long.toString(Math.max(1, seconds))));
    body(call, problem.status(), problem.body());
  }

  static Future<Void> empty(RoutingContext call, int status) {
    HttpServerResponse response = call.response();
    return isOver(response)
        ? Future.failedFuture("the client is gone")
        : response.setStatusCode(status).end();
  }

  private static Future<Void> body(RoutingContext call, int status, Object body) {
    return rendered(call, status, json(body));
  }

  /** An answer's body before it is sent, so that one may be sent many times. */
  static <T> Buffer rendered(List<T> resources) {
    return json(new Data<>(resources));
  }

  static Future<Void> rendered(RoutingContext call, int status, Buffer json) {
    HttpServerResponse response = call.response();
    return isOver(response)
        ? Future.failedFuture("the client is gone")
        : response.setStatusCode(status).putHeader("Content-Type", CONTENT_TYPE).end(json);
  }

  private static Buffer json(Object body) {
    try {
      return Buffer.buffer(BrokerJson.mapper().writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("our own records can't be written as JSON", e);
    }
  }

  private static boolean isOver(HttpServerResponse response) {
    return response.ended() || response.closed();
  }
}
