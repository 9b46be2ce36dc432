package io.macpool.worker;

import io.macpool.core.GoDuration;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import java.time.Duration;
import java.util.List;

/** The build-script generator, and what it is told. Part of {@link WorkerSettings}. */
public final class ScriptGeneratorSettings {

  public static final Setting<Secret> BUILD_API_URI =
      Setting.secret("BUILD_API_URI", "the build-script generator, https://TOKEN@HOST/script")
          .required();
  public static final Setting<Boolean> BUILD_API_INSECURE_SKIP_VERIFY =
      Setting.flag(
          "BUILD_API_INSECURE_SKIP_VERIFY", "do not verify the generator's TLS certificate");
  public static final Setting<Boolean> BUILD_PARANOID =
      Setting.flag("BUILD_PARANOID", "ask for scripts that give up root");
  public static final Setting<Boolean> BUILD_FIX_RESOLV_CONF =
      Setting.flag("BUILD_FIX_RESOLV_CONF", "ask for scripts that write resolv.conf");
  public static final Setting<Boolean> BUILD_FIX_ETC_HOSTS =
      Setting.flag("BUILD_FIX_ETC_HOSTS", "ask for scripts that write /etc/hosts");
  public static final Setting<String> BUILD_APT_CACHE =
      Setting.text("BUILD_APT_CACHE", "an apt cache, told to the generator");
  public static final Setting<String> BUILD_NPM_CACHE =
      Setting.text("BUILD_NPM_CACHE", "an npm cache, told to the generator");
  public static final Setting<Duration> BUILD_CACHE_FETCH_TIMEOUT =
      limit("BUILD_CACHE_FETCH_TIMEOUT", "how long fetching a cache may take");
  public static final Setting<Duration> BUILD_CACHE_PUSH_TIMEOUT =
      limit("BUILD_CACHE_PUSH_TIMEOUT", "how long pushing a cache may take");
  public static final Setting<String> BUILD_CACHE_TYPE =
      Setting.text("BUILD_CACHE_TYPE", "where caches are kept; only s3 exists");
  public static final Setting<String> BUILD_CACHE_S3_SCHEME =
      Setting.text("BUILD_CACHE_S3_SCHEME", "scheme of the cache's URLs");
  public static final Setting<String> BUILD_CACHE_S3_REGION =
      Setting.text("BUILD_CACHE_S3_REGION", "region of the cache's bucket");
  public static final Setting<String> BUILD_CACHE_S3_BUCKET =
      Setting.text("BUILD_CACHE_S3_BUCKET", "the cache's bucket");
  public static final Setting<Secret> BUILD_CACHE_S3_ACCESS_KEY_ID =
      Setting.secret("BUILD_CACHE_S3_ACCESS_KEY_ID", "key id for the cache's bucket");
  public static final Setting<Secret> BUILD_CACHE_S3_SECRET_ACCESS_KEY =
      Setting.secret("BUILD_CACHE_S3_SECRET_ACCESS_KEY", "key for the cache's bucket");
  public static final Setting<String> DEFAULT_LANGUAGE =
      Setting.text("DEFAULT_LANGUAGE", "language of a job that names none").defaultTo("default");
  public static final Setting<String> DEFAULT_DIST =
      Setting.text("DEFAULT_DIST", "dist of a job that names none").defaultTo("xenial");
  public static final Setting<String> DEFAULT_ARCH =
      Setting.text("DEFAULT_ARCH", "arch of a job that names none").defaultTo("amd64");
  public static final Setting<String> DEFAULT_GROUP =
      Setting.text("DEFAULT_GROUP", "group of a job that names none").defaultTo("stable");
  public static final Setting<String> DEFAULT_OS =
      Setting.text("DEFAULT_OS", "os of a job that names none").defaultTo("linux");
  public static final Setting<String> PAYLOAD_FILTER_EXECUTABLE =
      Setting.text(
          "PAYLOAD_FILTER_EXECUTABLE",
          "a program that gets each payload on standard input and prints the one to use");

  private ScriptGeneratorSettings() {}

  /** A duration; whole seconds without a unit count too, as they did in the first release. */
  private static Setting<Duration> limit(String name, String description) {
    return Setting.of(
            name,
            description,
            "DURATION",
            text ->
                text.matches("[0-9]{1,6}")
                    ? Duration.ofSeconds(Long.parseLong(text))
                    : GoDuration.parse(text))
        .defaultTo(Duration.ofMinutes(5));
  }

  static List<Setting<?>> all() {
    return List.of(
        BUILD_API_URI,
        BUILD_API_INSECURE_SKIP_VERIFY,
        BUILD_PARANOID,
        BUILD_FIX_RESOLV_CONF,
        BUILD_FIX_ETC_HOSTS,
        BUILD_APT_CACHE,
        BUILD_NPM_CACHE,
        BUILD_CACHE_FETCH_TIMEOUT,
        BUILD_CACHE_PUSH_TIMEOUT,
        BUILD_CACHE_TYPE,
        BUILD_CACHE_S3_SCHEME,
        BUILD_CACHE_S3_REGION,
        BUILD_CACHE_S3_BUCKET,
        BUILD_CACHE_S3_ACCESS_KEY_ID,
        BUILD_CACHE_S3_SECRET_ACCESS_KEY,
        DEFAULT_LANGUAGE,
        DEFAULT_DIST,
        DEFAULT_ARCH,
        DEFAULT_GROUP,
        DEFAULT_OS,
        PAYLOAD_FILTER_EXECUTABLE);
  }
}
