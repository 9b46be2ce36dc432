package io.macpool.service.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Optional;

/** One thing that is being done, and its parts. Threads may share it. */
public final class Trace {

  private final Tracer tracer;
  private final Span span;

  Trace(Tracer tracer, Span span) {
    this.tracer = tracer;
    this.span = span;
  }

  /** Names the trace in every service that took part: 32 hexadecimal digits. */
  public String id() {
    return span.getSpanContext().getTraceId();
  }

  /** What a call made for this carries as its {@link Traces#HEADER}. */
  public String header() {
    SpanContext context = span.getSpanContext();
    return "00-"
        + context.getTraceId()
        + "-"
        + context.getSpanId()
        + "-"
        + context.getTraceFlags().asHex();
  }

  /** Notes something about it; never a secret. */
  public Trace with(String name, String value) {
    span.setAttribute(Traces.key(name), value);
    return this;
  }

  /** A part that is over. */
  public void part(String name, Instant from, Instant to) {
    tracer
        .spanBuilder(name)
        .setParent(Context.root().with(span))
        .setSpanKind(SpanKind.INTERNAL)
        .setStartTimestamp(from)
        .startSpan()
        .end(to);
  }

  /** It is over; {@code failure} says why it came to nothing. */
  public void end(Instant at, Optional<String> failure) {
    failure.ifPresent(why -> span.setStatus(StatusCode.ERROR, why));
    span.end(at);
  }
}
