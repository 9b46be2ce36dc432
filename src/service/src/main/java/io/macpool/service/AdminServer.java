package io.macpool.service;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** {@link AdminRoutes} on a port of their own. Closing it frees the port. */
public final class AdminServer implements AutoCloseable {

  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final HttpServer server;

  private AdminServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Listens on {@code address}; port 0 takes a free one. Must not be called on an event loop.
   *
   * @throws IllegalStateException if the address can't be had, saying which and why
   */
  public static AdminServer start(Vertx vertx, ListenAddress address, AdminRoutes routes) {
    return start(vertx, address, routes::mount);
  }

  /** As {@link #start(Vertx, ListenAddress, AdminRoutes)}, with whatever {@code routes} mounts. */
  public static AdminServer start(Vertx vertx, ListenAddress address, Consumer<Router> routes) {
    Router router = Router.router(vertx);
    routes.accept(router);
    HttpServerOptions options =
        new HttpServerOptions().setHost(address.host()).setPort(address.port()).setIdleTimeout(30);
    HttpServer server = vertx.createHttpServer(options).requestHandler(router);
    try {
      server
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      return new AdminServer(server);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new IllegalStateException(
          "can't listen on " + address + " for health and metrics: " + cause.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting to listen on " + address, e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return server.actualPort();
  }

  @Override
  public void close() {
    server.close();
  }
}
