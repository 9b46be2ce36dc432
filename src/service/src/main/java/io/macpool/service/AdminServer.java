package io.macpool.service;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.function.Consumer;

/**
 * {@link AdminRoutes} on a port of their own, whose connections nobody else can use up. Closing it
 * frees the port.
 */
public final class AdminServer implements AutoCloseable {

  private final HttpListener listener;

  private AdminServer(HttpListener listener) {
    this.listener = listener;
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
    return new AdminServer(
        HttpListener.with(vertx, ConnectionLimits.forAdministration())
            .listen(address, "health and metrics", router));
  }

  /** The port that it listens on. */
  public int port() {
    return listener.port();
  }

  @Override
  public void close() {
    listener.close();
  }
}
