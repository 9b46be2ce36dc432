package io.macpool.worker.buildtrace;

import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.worker.TraceSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.LoggerFactory;

/** Keeps the traces of jobs. */
@FunctionalInterface
public interface BuildTraces {

  /** Without these a bucket is of no use. */
  List<Setting<?>> IN_A_BUCKET =
      List.of(
          TraceSettings.BUILD_TRACE_S3_REGION,
          TraceSettings.BUILD_TRACE_S3_ACCESS_KEY_ID,
          TraceSettings.BUILD_TRACE_S3_SECRET_ACCESS_KEY);

  /** Keeps a job's trace in place of an older one; fails with a sentence for a person. */
  CompletableFuture<Void> keep(long jobId, byte[] trace);

  /**
   * What the settings ask for; nothing unless traces are enabled and have a place.
   *
   * @param blocking for writing to disks
   */
  static Optional<BuildTraces> of(
      Settings settings, Clock clock, Executor threads, Executor blocking) {
    if (!settings.get(TraceSettings.BUILD_TRACE_ENABLED)) {
      return Optional.empty();
    }
    Optional<String> directory = settings.find(TraceSettings.BUILD_TRACE_DIR);
    if (directory.isPresent()) {
      return Optional.of(new TraceDirectory(Path.of(directory.get()), blocking));
    }
    Optional<String> bucket = settings.find(TraceSettings.BUILD_TRACE_S3_BUCKET);
    List<String> missing =
        IN_A_BUCKET.stream()
            .filter(setting -> settings.find(setting).isEmpty())
            .map(Setting::flag)
            .toList();
    if (bucket.isPresent() && !missing.isEmpty()) {
      // Jobs matter more than their traces, and the Go worker started without them, too.
      LoggerFactory.getLogger(BuildTraces.class)
          .warn("traces are not kept in the bucket {}: set {}", bucket.get(), missing);
      return Optional.empty();
    }
    return bucket.map(
        name -> new TraceBucket(place(settings, name), signature(settings), clock, threads));
  }

  private static URI place(Settings settings, String bucket) {
    return TraceBucket.place(
        settings.find(TraceSettings.BUILD_TRACE_S3_ENDPOINT),
        bucket,
        settings.get(TraceSettings.BUILD_TRACE_S3_REGION),
        settings.find(TraceSettings.BUILD_TRACE_S3_KEY_PREFIX).orElse(""));
  }

  private static RequestSignature signature(Settings settings) {
    return new RequestSignature(
        settings.get(TraceSettings.BUILD_TRACE_S3_ACCESS_KEY_ID),
        settings.get(TraceSettings.BUILD_TRACE_S3_SECRET_ACCESS_KEY),
        settings.find(TraceSettings.BUILD_TRACE_S3_SESSION_TOKEN).map(Secret::reveal),
        settings.get(TraceSettings.BUILD_TRACE_S3_REGION));
  }
}
