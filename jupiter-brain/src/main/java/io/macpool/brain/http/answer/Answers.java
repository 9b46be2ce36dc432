package io.macpool.brain.http.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Documents.Data;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Writes answers. One that comes too late, as the connection is gone, is dropped. */
public final class Answers {

  static final String CONTENT_TYPE = "application/vnd.api+json";
  private static final String REFUSED = "refused";

  private Answers() {}

  public static <T> Future<Void> data(RoutingContext call, int status, List<T> resources) {
    return data(call, status, resources, List.of());
  }

  /**
   * Answers with resources.
   *
   * @param warnings what a person should know of the request
   */
  public static <T> Future<Void> data(
      RoutingContext call, int status, List<T> resources, List<String> warnings) {
    return rendered(call, status, json(new Data<>(resources, Data.Meta.of(warnings))));
  }

  public static Future<Void> problem(RoutingContext call, Problem problem) {
    call.put(REFUSED, problem.refusal());
    return problem(call.response(), problem);
  }

  /** As {@link #problem(RoutingContext, Problem)} for what never reached a route. */
  public static Future<Void> problem(HttpServerRequest request, Problem problem) {
    request.response().putHeader("Connection", "close");
    return problem(request.response(), problem);
  }

  private static Future<Void> problem(HttpServerResponse response, Problem problem) {
    if (isOver(response)) {
      return Future.failedFuture("the client is gone");
    }
    if (problem.refusal().status() == 401) {
      response.putHeader("WWW-Authenticate", "token");
    }
    problem
        .retryAfter()
        .map(Duration::toSeconds)
        .ifPresent(
            seconds -> response.putHeader("Retry-After", Long.toString(Math.max(1, seconds))));
    return write(response, problem.refusal().status(), json(problem.body()));
  }

  /** What the call was refused with, if it was. */
  public static Optional<Refusal> refused(RoutingContext call) {
    return Optional.ofNullable(call.get(REFUSED));
  }

  public static Future<Void> empty(RoutingContext call, int status) {
    HttpServerResponse response = call.response();
    return isOver(response)
        ? Future.failedFuture("the client is gone")
        : response.setStatusCode(status).end();
  }

  /** An answer's body before it is sent, so that one may be sent many times. */
  public static <T> Buffer rendered(List<T> resources) {
    return json(new Data<>(resources));
  }

  public static Future<Void> rendered(RoutingContext call, int status, Buffer json) {
    HttpServerResponse response = call.response();
    return isOver(response)
        ? Future.failedFuture("the client is gone")
        : write(response, status, json);
  }

  private static Future<Void> write(HttpServerResponse response, int status, Buffer json) {
    return response.setStatusCode(status).putHeader("Content-Type", CONTENT_TYPE).end(json);
  }

  public static Buffer json(Object body) {
    try {
      return Buffer.buffer(BrokerJson.mapper().writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("our own records can't be written as JSON", e);
    }
  }

  private static boolean isOver(HttpServerResponse response) {
    return response.ended() || response.closed() || response.headWritten();
  }
}
