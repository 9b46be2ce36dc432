package io.macpool.brain.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names each request, echoes its name, and counts how it was answered. Never logs a header. */
final class RequestLog {

  private static final Logger log = LoggerFactory.getLogger(RequestLog.class);
  private static final String HEADER = "X-Request-ID";
  private final Set<HttpConnection> spoken =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final MeterRegistry meters;

  RequestLog(MeterRegistry meters) {
    this.meters = meters;
  }

  /** Whether a request has arrived on the connection. */
  boolean hasSpoken(HttpConnection connection) {
    return spoken.contains(connection);
  }

  void begin(RoutingContext call) {
    spoken.add(call.request().connection());
    String id =
        Optional.ofNullable(call.request().getHeader(HEADER))
            .filter(given -> given.matches("[\\x21-\\x7e]{1,200}"))
            .orElseGet(() -> UUID.randomUUID().toString());
    Caller.setRequestId(call, id);
    call.response().putHeader(HEADER, id);
    long began = System.nanoTime();
    call.addEndHandler(ended -> end(call, began));
    call.next();
  }

  private void end(RoutingContext call, long began) {
    HttpServerResponse response = call.response();
    long nanos = System.nanoTime() - began;
    Route route = call.currentRoute();
    String path = route == null || route.getPath() == null ? "other" : route.getPath();
    Timer.builder("http.server.requests")
        .tag("method", call.request().method().name())
        .tag("route", path)
        .tag("status", Integer.toString(response.getStatusCode()))
        .register(meters)
        .record(nanos, TimeUnit.NANOSECONDS);
    if (log.isDebugEnabled()) {
      log.debug(
          "{} {} {} in {} ms, request {}",
          call.request().method(),
          path,
          response.getStatusCode(),
          nanos / 1_000_000,
          Caller.requestId(call));
    }
  }
}
