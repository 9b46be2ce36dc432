package io.macpool.brain.lifecycle;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Says how each create ended: one log line, one metric, by name. */
final class CreateReport {

  private static final Logger log = LoggerFactory.getLogger(CreateReport.class);

  private final MeterRegistry meters;

  CreateReport(MeterRegistry meters) {
    this.meters = meters;
  }

  void ended(
      CreateRequest request, Optional<String> id, Stopwatch time, Optional<Throwable> failure) {
    String outcome =
        failure.map(f -> f instanceof CreateFailure known ? known.outcome() : "error").orElse("ok");
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
    }
  }

  /** A client's text must not break a line of the log in two. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
