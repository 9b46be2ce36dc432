package io.macpool.console;

import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Answers that may take a while: they are made on another thread than the event loop. */
final class SlowAnswer {

  private SlowAnswer() {}

  static void give(Vertx vertx, RoutingContext call, String type, Callable<String> answer) {
    vertx
        .executeBlocking(answer, false)
        .onSuccess(text -> call.response().putHeader("Content-Type", type).end(text))
        .onFailure(call::fail);
  }

  /** What the call says under that name, empty if nothing. */
  static String parameter(RoutingContext call, String name) {
    return Optional.ofNullable(call.request().getParam(name)).orElse("");
  }
}
