package io.macpool.brain.http;

import io.vertx.core.http.HttpClosedException;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client hears when a handler failed: never a stack trace. */
final class Failure {

  private static final Logger log = LoggerFactory.getLogger(Failure.class);

  private Failure() {}

  static void answer(RoutingContext call) {
    int status = call.statusCode();
    if (status == 413) {
      Answers.problem(call, Problem.of(413, "too-large", "the body is larger than 64 KiB"));
    } else if (status >= 400 && status < 500) {
      Answers.problem(call, Problem.of(status, "bad-request", "the request can't be understood"));
    } else if (call.failure() instanceof HttpClosedException) {
      log.debug("the client of request {} hung up before it had said all", Caller.requestId(call));
    } else {
      log.error("request {} failed", Caller.requestId(call), call.failure());
      Answers.problem(call, Problem.of(call.failure()));
    }
  }
}
