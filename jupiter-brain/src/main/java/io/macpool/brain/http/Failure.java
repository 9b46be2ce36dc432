package io.macpool.brain.http;

import io.macpool.brain.http.access.Caller;
import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.netty.handler.codec.DecoderException;
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
    Throwable failure = call.failure();
    if (status == 413) {
      Answers.problem(call, Problem.of(Refusal.TOO_LARGE));
    } else if ((status >= 400 && status < 500) || isUndecodable(failure)) {
      call.response().putHeader("Connection", "close");
      Answers.problem(call, Problem.of(Refusal.BAD_REQUEST));
    } else if (failure instanceof HttpClosedException) {
      log.debug("the client of request {} hung up before it had said all", Caller.requestId(call));
    } else {
      log.error("request {} failed", Caller.requestId(call), failure);
      Answers.problem(call, Problem.of(failure));
    }
  }

  /** A body whose chunks are none, or whose encoding is broken. */
  private static boolean isUndecodable(Throwable failure) {
    return failure instanceof DecoderException
        || failure instanceof NumberFormatException
        || failure instanceof io.netty.handler.codec.TooLongFrameException;
  }
}
