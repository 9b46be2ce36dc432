package io.macpool.service.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once when a collector begins to fail, and once when it takes spans again. */
final class ReportingExporter implements SpanExporter {

  private static final Logger log = LoggerFactory.getLogger(ReportingExporter.class);

  private final SpanExporter next;
  private final String collector;
  private final AtomicBoolean failing = new AtomicBoolean();

  ReportingExporter(SpanExporter next, URI collector) {
    this.next = next;
    // Without what a person may have put before the @.
    this.collector = collector.getHost() + ":" + collector.getPort();
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = next.export(spans);
    return result.whenComplete(() -> heard(result.isSuccess(), result.getFailureThrowable()));
  }

  private void heard(boolean success, Throwable cause) {
    if (failing.getAndSet(!success) == !success) {
      return;
    }
    if (success) {
      log.info("the trace collector at {} takes traces again", collector);
    } else {
      log.warn(
          "the trace collector at {} takes no traces, they are dropped until it does: {}",
          collector,
          cause == null ? "it refused them" : cause.getMessage());
    }
  }

  @Override
  public CompletableResultCode flush() {
    return next.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return next.shutdown();
  }
}
