package io.macpool.service.http;

import io.macpool.service.setting.ListenAddress;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.Objects;
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
    listAt("/", router);
    return new AdminServer(
        HttpListener.with(vertx, ConnectionLimits.forAdministration())
            .listen(address, "health and metrics", router));
  }

  /** Who opens the address itself is told what lies below it. */
  private static void listAt(String path, Router router) {
    JsonArray paths = new JsonArray();
    router.getRoutes().stream()
        .map(Route::getPath)
        .filter(Objects::nonNull)
        .distinct()
        .forEach(paths::add);
    String body = new JsonObject().put("paths", paths).encode();
    router
        .get(path)
        .handler(call -> call.response().putHeader("Content-Type", "application/json").end(body));
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
