package io.macpool.worker;

import io.macpool.service.setting.Setting;
import java.util.List;
import java.util.Set;

/**
 * What old installations may still set and this worker has another way for. Part of {@link
 * WorkerSettings}.
 */
final class RetiredSettings {

  private static final String METRICS = "Micrometer's /metrics has taken its place";
  private static final String TRACES = "traces go to an OpenTelemetry collector: set TRACES_URL";
  private static final String NO_HTTP = "jobs come by AMQP or from files, not by HTTP";
  private static final String PAUSES = "readiness is probed, there is nothing to sleep for";

  /**
   * Those that the Go worker reads without its prefix as well; and those that older workers and the
   * other programs beside it have, so that whoever sets one for this worker hears of it.
   */
  static final Set<String> GO_NAMES =
      Set.of(
          "HONEYCOMB_DATASET",
          "HONEYCOMB_SAMPLE_RATE",
          "HONEYCOMB_WRITE_KEY",
          "HTTP_POLLING_INTERVAL",
          "HTTP_REFRESH_CLAIM_INTERVAL",
          "INITIAL_SLEEP",
          "JOB_BOARD_URL",
          "LIBRATO_EMAIL",
          "LIBRATO_SOURCE",
          "LIBRATO_TOKEN",
          "LOG_METRICS",
          "LOG_POOL_SIZE",
          "OPENCENSUS_SAMPLING_RATE",
          "OPENCENSUS_TRACING_ENABLED",
          "PPROF_PORT",
          "PROGRESS_TYPE",
          "SENTRY_HOOK_ERRORS",
          "SILENCE_METRICS",
          "STACKDRIVER_PROJECT_ID",
          "STACKDRIVER_TRACE_ACCOUNT_JSON",
          "UPDATE_IMAGES");

  private RetiredSettings() {}

  static List<Setting<?>> all() {
    return List.of(
        Setting.retired("HTTP_POLLING_INTERVAL", NO_HTTP),
        Setting.retired("HTTP_REFRESH_CLAIM_INTERVAL", NO_HTTP),
        Setting.retired("JOB_BOARD_URL", NO_HTTP),
        Setting.retired("HONEYCOMB_WRITE_KEY", TRACES),
        Setting.retired("HONEYCOMB_DATASET", TRACES),
        Setting.retired("HONEYCOMB_SAMPLE_RATE", TRACES),
        Setting.retired("STACKDRIVER_TRACE_ACCOUNT_JSON", TRACES),
        Setting.retired("STACKDRIVER_PROJECT_ID", TRACES),
        Setting.retiredFlag("OPENCENSUS_TRACING_ENABLED", TRACES),
        Setting.retired("OPENCENSUS_SAMPLING_RATE", TRACES),
        Setting.refusedFlag("UPDATE_IMAGES", "images belong to the broker"),
        Setting.retired("LOG_POOL_SIZE", "logs have one connection of their own"),
        Setting.retiredFlag("LOG_METRICS", METRICS),
        Setting.retired("INITIAL_SLEEP", PAUSES),
        Setting.retired(
                "JUPITERBRAIN_BOOT_POLL_WAIT_FOR_ERROR",
                "what a boot says last is told without a wait")
            .ofProvider(),
        Setting.retired("PROGRESS_TYPE", "a job's log begins when its instance is there"),
        Setting.retired("LIBRATO_EMAIL", METRICS),
        Setting.retired("LIBRATO_TOKEN", METRICS),
        Setting.retired("LIBRATO_SOURCE", METRICS),
        Setting.retiredFlag("SENTRY_HOOK_ERRORS", "every error is reported"),
        Setting.retired("PPROF_PORT", "use the JDK's own tools"),
        Setting.retiredFlag("SILENCE_METRICS", METRICS));
  }
}
