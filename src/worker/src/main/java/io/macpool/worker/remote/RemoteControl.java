package io.macpool.worker.remote;

import io.macpool.core.GoDuration;
import io.macpool.service.BuildInfo;
import io.macpool.service.http.AdminRoutes;
import io.macpool.service.http.ConnectionLimits;
import io.macpool.service.http.HttpListener;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Secret;
import io.macpool.worker.job.processor.ProcessorPool;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The API by which an operator sizes and drains a worker (docs/worker.md): the Go worker's, and a
 * pool size of 0 as well.
 */
public final class RemoteControl implements AutoCloseable {

  private static final int LONGEST_BODY = 64 * 1024;
  private static final int LARGEST_POOL = 5000;

  private final BuildInfo build;
  private final ProcessorPool pool;
  private final Supplier<Optional<String>> outage;
  private final Supplier<Map<String, String>> warnings;
  private final ControlledWorker.Shutdown shutdown;
  private final Instant began;
  private final long beganNanos;
  private final HttpListener listener;

  private RemoteControl(ControlledWorker worker, Clock clock, HttpListener listener) {
    this.build = worker.build();
    this.pool = worker.pool();
    this.outage = worker.outage();
    this.warnings = worker.warnings();
    this.shutdown = worker.shutdown();
    this.began = clock.instant();
    this.beganNanos = System.nanoTime();
    this.listener = listener;
  }

  /**
   * Listens; must not be called on an event loop.
   *
   * @param credentials without any, health and metrics alone are served
   * @throws IllegalStateException if the address can't be had
   */
  public static RemoteControl start(
      Vertx vertx,
      ListenAddress address,
      Optional<Secret> credentials,
      AdminRoutes admin,
      ControlledWorker worker,
      Clock clock) {
    HttpListener listener = HttpListener.with(vertx, ConnectionLimits.forAdministration());
    RemoteControl control = new RemoteControl(worker, clock, listener);
    listener.listen(address, "remote control", control.routes(vertx, credentials, admin));
    return control;
  }

  private Router routes(Vertx vertx, Optional<Secret> credentials, AdminRoutes admin) {
    Router router = Router.router(vertx);
    // Vert.x takes a path with a slash at its end for the same; the Go worker knows none.
    router.route().handler(RemoteControl::refuseTrailingSlash);
    router.get("/healthz").handler(call -> call.response().end("OK"));
    router.get("/ready").handler(this::ready);
    admin.mount(router);
    credentials.ifPresent(secret -> orders(router, new BasicAuth(secret)));
    return router;
  }

  private void orders(Router router, BasicAuth auth) {
    BodyHandler body = BodyHandler.create(false).setBodyLimit(LONGEST_BODY);
    router.route("/worker").handler(auth).handler(this::trust);
    router.route("/pool/*").handler(auth).handler(this::trust);
    router.get("/worker").handler(this::show);
    router.patch("/worker").handler(body).handler(call -> withBody(call, this::resize));
    router.delete("/worker").handler(body).handler(call -> withBody(call, this::end));
    router.post("/pool/increment").handler(call -> change(call, 1));
    router.post("/pool/decrement").handler(call -> change(call, -1));
  }

  /** The port that it listens on. */
  public int port() {
    return listener.port();
  }

  private static void refuseTrailingSlash(RoutingContext call) {
    String path = call.request().path();
    if (path.length() > 1 && path.endsWith("/")) {
      call.response().setStatusCode(404).end();
    } else {
      call.next();
    }
  }

  private void trust(RoutingContext call) {
    listener.trust(call.request());
    call.next();
  }

  private void ready(RoutingContext call) {
    Optional<String> reason = pool.view().draining() ? Optional.of("draining") : outage.get();
    StringBuilder text = new StringBuilder(reason.orElse("OK"));
    warnings
        .get()
        .forEach((about, why) -> text.append("\nwarning: ").append(about).append(": ").append(why));
    call.response().setStatusCode(reason.isEmpty() ? 200 : 503).end(text.toString());
  }

  private void show(RoutingContext call) {
    ProcessorPool.View view = pool.view();
    JsonArray processors = new JsonArray();
    for (ProcessorPool.Member member : view.members()) {
      processors.add(
          new JsonObject()
              .put("id", member.id())
              .put("processed", member.processed())
              .put("status", member.status())
              .put("lastJobId", member.lastJobId()));
    }
    Duration uptime = Duration.ofNanos(System.nanoTime() - beganNanos);
    json(
        call,
        200,
        new JsonObject()
            .put("version", build.version())
            .put("revision", build.version())
            .put("generated", began.toString())
            .put("uptime", GoDuration.format(Duration.ofMillis(uptime.toMillis())))
            .put("poolSize", view.alive())
            .put("expectedPoolSize", view.expected())
            .put("totalProcessed", view.totalProcessed())
            .put("draining", view.draining())
            // Null and not an empty list, as the Go worker writes no processors.
            .put("processors", processors.isEmpty() ? null : processors));
  }

  private void resize(RoutingContext call, JsonObject body) {
    Object size = value(body, "poolSize", null);
    boolean below = (size instanceof Integer n && n < 0) || (size instanceof Long big && big < 0);
    if (size == null || below) {
      done(call); // as the Go worker: nothing that can be done is asked, nothing done
    } else if (size instanceof Integer n && n <= LARGEST_POOL) {
      pool.resize(n);
      done(call);
    } else {
      bad(call, "poolSize must be a whole number from 0 to " + LARGEST_POOL);
    }
  }

  private void end(RoutingContext call, JsonObject body) {
    Object graceful = value(body, "graceful", false);
    Object pause = value(body, "pause", false);
    if (!(graceful instanceof Boolean gracefully) || !(pause instanceof Boolean pausing)) {
      bad(call, "graceful and pause must be true or false");
      return;
    }
    done(call);
    if (gracefully && pausing) {
      pool.togglePause();
    } else if (gracefully) {
      shutdown.drain();
    } else {
      shutdown.stopNow();
    }
  }

  private void change(RoutingContext call, int by) {
    pool.resizeBy(by);
    done(call);
  }

  private interface Bodied {
    void handle(RoutingContext call, JsonObject body);
  }

  private static void withBody(RoutingContext call, Bodied handler) {
    JsonObject body;
    try {
      String text = call.body().asString();
      if (text == null || text.isBlank()) {
        // Nothing said is no order: DELETE without a body must not stop a worker at once.
        bad(call, "there is no body: send a JSON object");
        return;
      }
      body = new JsonObject(text);
    } catch (DecodeException e) {
      bad(call, "the body is not a JSON object");
      return;
    }
    handler.handle(call, body);
  }

  /** A member by its name in any case, as the Go worker reads it; the exact name counts first. */
  private static @Nullable Object value(JsonObject body, String name, @Nullable Object otherwise) {
    if (body.containsKey(name)) {
      return body.getValue(name, otherwise);
    }
    return body.fieldNames().stream()
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .map(body::getValue)
        .orElse(otherwise);
  }

  private static void done(RoutingContext call) {
    call.response().setStatusCode(204).end();
  }

  private static void bad(RoutingContext call, String reason) {
    json(call, 400, new JsonObject().put("error", reason));
  }

  private static void json(RoutingContext call, int status, JsonObject body) {
    call.response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(body.encode());
  }

  @Override
  public void close() {
    listener.close();
  }
}
