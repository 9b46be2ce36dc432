package io.macpool.service.http;

import io.macpool.service.BuildInfo;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/**
 * The endpoints that every service answers without a token: {@code /health/live}, {@code
 * /health/ready} (503 with the reasons when it is not, and what else is worth a look), {@code
 * /metrics} in Prometheus' text format and {@code /info}. A service mounts them on its own port or
 * on one of their own.
 */
public final class AdminRoutes {

  private final BuildInfo build;
  private final Health health;
  private final PrometheusMeterRegistry registry;

  public AdminRoutes(BuildInfo build, Health health, PrometheusMeterRegistry registry) {
    this.build = build;
    this.health = health;
    this.registry = registry;
  }

  public void mount(Router router) {
    router.get("/health/live").handler(call -> answer(call, health.livenessFailures(), Map.of()));
    router
        .get("/health/ready")
        .handler(call -> answer(call, health.readinessFailures(), health.warnings()));
    router.get("/metrics").handler(this::metrics);
    router.get("/info").handler(this::info);
  }

  private static void answer(
      RoutingContext call, Map<String, String> failures, Map<String, String> warnings) {
    JsonObject body = new JsonObject().put("status", failures.isEmpty() ? "ok" : "unavailable");
    if (!failures.isEmpty()) {
      body.put("reasons", new JsonObject(Map.copyOf(failures)));
    }
    if (!warnings.isEmpty()) {
      body.put("warnings", new JsonObject(Map.copyOf(warnings)));
    }
    call.response()
        .setStatusCode(failures.isEmpty() ? 200 : 503)
        .putHeader("Content-Type", "application/json")
        .end(body.encode());
  }

  private void metrics(RoutingContext call) {
    call.response()
        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        .end(registry.scrape());
  }

  private void info(RoutingContext call) {
    call.response()
        .putHeader("Content-Type", "application/json")
        .end(
            new JsonObject()
                .put("service", build.service())
                .put("version", build.version())
                .encode());
  }
}
