package io.macpool.console;

import io.macpool.sim.net.LoopbackServer;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** A proxy before the console, which may lose its event streams and answer 502 for a while. */
final class FrontDoor implements AutoCloseable {

  private final LoopbackServer server;
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean shut;
  private volatile boolean hushed;

  FrontDoor(IntSupplier port) {
    server = LoopbackServer.start(0, vertx -> handler(vertx, port));
  }

  private Handler<HttpServerRequest> handler(Vertx vertx, IntSupplier port) {
    HttpClient client = vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(100));
    return request -> {
      boolean events = request.path().equals("/events");
      if (events && shut) {
        refused.incrementAndGet();
        request.response().setStatusCode(502).end("Bad Gateway");
        return;
      }
      request.pause();
      client
          .request(request.method(), port.getAsInt(), "127.0.0.1", request.uri())
          .compose(
              on -> {
                on.headers().setAll(request.headers()).remove("Connection");
                return on.send(request);
              })
          .onSuccess(answer -> hand(answer, request, vertx, events))
          .onFailure(failure -> request.response().setStatusCode(502).end(failure.toString()));
    };
  }

  private void hand(
      HttpClientResponse answer, HttpServerRequest request, Vertx vertx, boolean events) {
    HttpServerResponse response = request.response();
    response.setStatusCode(answer.statusCode());
    response.headers().setAll(answer.headers()).remove("Content-Length").remove("Connection");
    response.setChunked(true);
    response.closeHandler(gone -> answer.request().reset());
    answer.exceptionHandler(broken -> request.connection().close());
    boolean lost = events && hushed;
    answer.handler(
        chunk -> {
          if (!response.closed() && !lost && !(events && hushed)) {
            response.write(chunk);
          }
        });
    answer.endHandler(whole -> response.end());
    if (events) {
      vertx.setPeriodic(
          100,
          timer -> {
            if (shut || response.closed()) {
              vertx.cancelTimer(timer);
              request.connection().close();
            }
          });
    }
  }

  /** Loses the event streams, and refuses others until it is told otherwise. */
  void shutEvents(boolean now) {
    shut = now;
  }

  /**
   * Holds event streams open without a word, as a lost connection is; none of them speaks again.
   */
  void hushEvents(boolean now) {
    hushed = now;
  }

  /** How many event streams it refused. */
  int refused() {
    return refused.get();
  }

  String url() {
    return server.url();
  }

  @Override
  public void close() {
    server.close();
  }
}
