package io.macpool.service.trace;

import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Setting;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What was done for whom, and how long each part took, as spans that go to a collector by OTLP over
 * HTTP. Without a collector the ids are made all the same, so that logs and the services that are
 * called can bear them. A collector that fails costs spans and nothing else.
 */
public final class Traces implements AutoCloseable {

  public static final Setting<URI> COLLECTOR =
      Setting.of(
              "TRACES_URL",
              "a collector of traces, by OTLP over HTTP: http://HOST:4318; not set: traces are not"
                  + " sent",
              "URL",
              Traces::parseUrl)
          .also("OTEL_EXPORTER_OTLP_ENDPOINT");

  /** Name of the header that hands a trace on: W3C Trace Context, level 1. */
  public static final String HEADER = "traceparent";

  private static final Duration SEND_DEADLINE = Duration.ofSeconds(5);
  private static final int QUEUE_BOUND = 4096;

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  private Traces(SdkTracerProvider provider) {
    this.provider = provider;
    this.tracer = provider.get("io.macpool");
  }

  /** Traces that go to {@code collector}, if there is one, as those of {@code service}. */
  public static Traces to(Optional<URI> collector, String service) {
    SdkTracerProviderBuilder provider =
        SdkTracerProvider.builder()
            .setResource(Resource.getDefault().toBuilder().put("service.name", service).build());
    collector.ifPresent(
        url ->
            provider.addSpanProcessor(
                BatchSpanProcessor.builder(
                        new ReportingExporter(
                            OtlpHttpSpanExporter.builder()
                                .setEndpoint(url.toString().replaceAll("/+$", "") + "/v1/traces")
                                .setTimeout(SEND_DEADLINE)
                                .setConnectTimeout(SEND_DEADLINE)
                                .build(),
                            url))
                    .setMaxQueueSize(QUEUE_BOUND)
                    .setExporterTimeout(SEND_DEADLINE)
                    .build()));
    return new Traces(provider.build());
  }

  /**
   * Begins a trace, or goes on with the caller's.
   *
   * @param parent the {@link #HEADER} that came with the call; one that can't be read begins a
   *     trace
   */
  public Trace begin(String name, Optional<String> parent, Instant at) {
    Span span =
        tracer
            .spanBuilder(name)
            .setParent(
                W3CTraceContextPropagator.getInstance()
                    .extract(Context.root(), parent.orElse(""), OnlyHeader.INSTANCE))
            .setStartTimestamp(at)
            .startSpan();
    return new Trace(tracer, span);
  }

  /** Sends what is left; takes a few seconds at most. */
  @Override
  public void close() {
    provider.shutdown().join(SEND_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
  }

  static AttributeKey<String> key(String name) {
    return AttributeKey.stringKey("macpool." + name);
  }

  private static URI parseUrl(String text) {
    try {
      return URI.create(PeerUrl.parseHttp(text).base());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + ", such as http://HOST:4318", e);
    }
  }

  /** A carrier that is the header's value itself. */
  private enum OnlyHeader implements TextMapGetter<String> {
    INSTANCE;

    @Override
    public Iterable<String> keys(String carrier) {
      return List.of(HEADER);
    }

    @Override
    public @Nullable String get(@Nullable String carrier, String key) {
      return key.equals(HEADER) && carrier != null && !carrier.isEmpty() ? carrier : null;
    }
  }
}
