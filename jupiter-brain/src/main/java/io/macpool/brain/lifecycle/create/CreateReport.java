package io.macpool.brain.lifecycle.create;

import io.macpool.service.trace.Trace;
import io.macpool.service.trace.Traces;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Says how each create ended: one log line, one metric, one trace, by name. */
public final class CreateReport {

  private static final Logger log = LoggerFactory.getLogger(CreateReport.class);

  /** How a create ended, for whoever is to be woken. */
  private enum Result {
    OK,
    /** What was asked for can't be had, now or ever: the client is told why. */
    REFUSED,
    /** The broker, its ledger or vCenter failed. */
    FAILED;

    static Result of(Optional<Throwable> failure) {
      if (failure.isEmpty()) {
        return OK;
      }
      if (!(failure.get() instanceof CreateFailure known)) {
        return FAILED;
      }
      return switch (known.kind()) {
        case UNKNOWN_IMAGE,
            FULL,
            OVER_QUOTA,
            KEY_REUSED,
            SIZE_REFUSED,
            NEEDS_ENDPOINT,
            CLIENT_GONE ->
            REFUSED;
        case UNAVAILABLE, FAILED, TIMED_OUT -> FAILED;
      };
    }
  }

  private final MeterRegistry meters;
  private final Traces traces;
  private final Map<Result, Counter> results = new EnumMap<>(Result.class);

  public CreateReport(MeterRegistry meters, Traces traces) {
    this.meters = meters;
    this.traces = traces;
    // All from the start, at 0: a rate can't see a counter's first value.
    for (Result result : Result.values()) {
      results.put(
          result,
          Counter.builder("instance.creates")
              .tag("result", result.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
  }

  void ended(
      CreateRequest request, Optional<String> id, Stopwatch time, Optional<Throwable> failure) {
    String outcome =
        failure.map(f -> f instanceof CreateFailure known ? known.outcome() : "error").orElse("ok");
    Objects.requireNonNull(results.get(Result.of(failure)), "one for each result").increment();
    String pool = request.owner().isEmpty() ? "warm" : "client";
    Timer.builder("instance.create")
        .tag("outcome", outcome)
        .tag("for", pool)
        .publishPercentileHistogram()
        .register(meters)
        .record(time.total());
    time.laps()
        .forEach(
            (phase, spent) ->
                Timer.builder("instance.create.phase")
                    .tag("phase", phase.label())
                    .register(meters)
                    .record(spent));
    MDC.put("instance", id.orElse("none"));
    MDC.put("request", request.requestId());
    MDC.put("trace", trace(request, id, time, outcome));
    try {
      log.info(
          "create outcome={} image={} owner={} total={}ms {}{}",
          outcome,
          printable(request.image()),
          request.owner().orElse("warm pool"),
          time.total().toMillis(),
          time.describe(),
          failure.map(f -> " because: " + f.getMessage()).orElse(""));
    } finally {
      MDC.remove("instance");
      MDC.remove("request");
      MDC.remove("trace");
    }
  }

  /** A create is tried on another host. */
  void retried(CreateFailure why) {
    meters.counter("instance.create.retries", "after", why.outcome()).increment();
  }

  /** Tells the trace what it took, phase after phase; its id. */
  private String trace(CreateRequest request, Optional<String> id, Stopwatch time, String outcome) {
    Instant from = time.started();
    Trace trace =
        traces
            .begin("create", request.trace(), from)
            .with("image", request.image())
            .with("instance", id.orElse("none"))
            .with("outcome", outcome);
    for (Map.Entry<CreatePhase, Duration> lap : time.laps().entrySet()) {
      Instant to = from.plus(lap.getValue());
      trace.part(lap.getKey().label(), from, to);
      from = to;
    }
    trace.end(
        time.started().plus(time.total()),
        outcome.equals("ok") ? Optional.empty() : Optional.of(outcome));
    return trace.id();
  }

  /** A client's text must not break a line of the log in two. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
