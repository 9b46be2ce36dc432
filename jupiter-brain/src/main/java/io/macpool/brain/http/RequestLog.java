package io.macpool.brain.http;

import io.macpool.brain.http.access.Caller;
import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names each request, echoes its name, and counts how it was answered. Never logs a header, and
 * never makes a tag of what a stranger may choose.
 */
final class RequestLog {

  private static final Logger log = LoggerFactory.getLogger(RequestLog.class);
  private static final String HEADER = "X-Request-ID";
  private static final Set<HttpMethod> METHODS =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE);

  /** How a request may end; there are few of each. */
  private record Outcome(String method, String route, int status) {}

  private final MeterRegistry meters;
  private final Map<Outcome, Timer> timers = new ConcurrentHashMap<>();
  private final Map<Refusal, Counter> refusals = new EnumMap<>(Refusal.class);

  RequestLog(MeterRegistry meters) {
    this.meters = meters;
    for (Refusal refusal : Refusal.values()) {
      refusals.put(
          refusal,
          Counter.builder("http.server.refusals").tag("code", refusal.code()).register(meters));
    }
  }

  void begin(RoutingContext call) {
    String id =
        Optional.ofNullable(call.request().getHeader(HEADER))
            .filter(given -> given.matches("[\\x21-\\x7e]{1,200}"))
            .orElseGet(RequestLog::newId);
    Caller.setRequestId(call, id);
    call.response().putHeader(HEADER, id);
    long began = System.nanoTime();
    call.addEndHandler(ended -> end(call, began));
    call.next();
  }

  /** A name and no secret: the generator of secrets is one for all threads. */
  private static String newId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  /** Counts a refusal that no route gave. */
  void refused(Refusal refusal) {
    Objects.requireNonNull(refusals.get(refusal), "one for each refusal").increment();
  }

  private void end(RoutingContext call, long began) {
    HttpServerResponse response = call.response();
    long nanos = System.nanoTime() - began;
    Route route = call.currentRoute();
    String path = route == null || route.getPath() == null ? "other" : route.getPath();
    HttpMethod method = call.request().method();
    Answers.refused(call).ifPresent(this::refused);
    timers
        .computeIfAbsent(
            new Outcome(
                METHODS.contains(method) ? method.name() : "other", path, response.getStatusCode()),
            this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
    if (log.isDebugEnabled()) {
      log.debug(
          "{} {} {} in {} ms, request {}",
          method,
          path,
          response.getStatusCode(),
          nanos / 1_000_000,
          Caller.requestId(call));
    }
  }

  private Timer timer(Outcome outcome) {
    return Timer.builder("http.server.requests")
        .tag("method", outcome.method())
        .tag("route", outcome.route())
        .tag("status", Integer.toString(outcome.status()))
        .register(meters);
  }
}
