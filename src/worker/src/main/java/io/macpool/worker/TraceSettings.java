package io.macpool.worker;

import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import java.net.URI;
import java.util.List;

/** Where the traces of jobs are kept. Part of {@link WorkerSettings}. */
public final class TraceSettings {

  public static final Setting<Boolean> BUILD_TRACE_ENABLED =
      Setting.flag("BUILD_TRACE_ENABLED", "fetch the traces that jobs ask for");
  public static final Setting<String> BUILD_TRACE_DIR =
      Setting.text("BUILD_TRACE_DIR", "where fetched traces are written, a file a job");
  public static final Setting<String> BUILD_TRACE_S3_BUCKET =
      Setting.text(
          "BUILD_TRACE_S3_BUCKET", "the bucket that gets traces when BUILD_TRACE_DIR is not set");
  public static final Setting<String> BUILD_TRACE_S3_KEY_PREFIX =
      Setting.text("BUILD_TRACE_S3_KEY_PREFIX", "what a trace's key has before the job's id");
  public static final Setting<String> BUILD_TRACE_S3_REGION =
      Setting.text("BUILD_TRACE_S3_REGION", "region of the traces' bucket");
  public static final Setting<URI> BUILD_TRACE_S3_ENDPOINT =
      Setting.of(
          "BUILD_TRACE_S3_ENDPOINT",
          "a store that speaks S3's protocol; unset: Amazon's",
          "URL",
          text -> CalledUrl.parse(text).uri());
  public static final Setting<Secret> BUILD_TRACE_S3_ACCESS_KEY_ID =
      Setting.secret("BUILD_TRACE_S3_ACCESS_KEY_ID", "key id for the traces' bucket")
          .also("AWS_ACCESS_KEY_ID");
  public static final Setting<Secret> BUILD_TRACE_S3_SECRET_ACCESS_KEY =
      Setting.secret("BUILD_TRACE_S3_SECRET_ACCESS_KEY", "key for the traces' bucket")
          .also("AWS_SECRET_ACCESS_KEY");
  public static final Setting<Secret> BUILD_TRACE_S3_SESSION_TOKEN =
      Setting.secret("BUILD_TRACE_S3_SESSION_TOKEN", "token that goes with a temporary key")
          .also("AWS_SESSION_TOKEN");

  private TraceSettings() {}

  static List<Setting<?>> all() {
    return List.of(
        BUILD_TRACE_ENABLED,
        BUILD_TRACE_DIR,
        BUILD_TRACE_S3_BUCKET,
        BUILD_TRACE_S3_KEY_PREFIX,
        BUILD_TRACE_S3_REGION,
        BUILD_TRACE_S3_ENDPOINT,
        BUILD_TRACE_S3_ACCESS_KEY_ID,
        BUILD_TRACE_S3_SECRET_ACCESS_KEY,
        BUILD_TRACE_S3_SESSION_TOKEN);
  }
}
