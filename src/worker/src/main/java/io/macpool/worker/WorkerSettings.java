package io.macpool.worker;

import io.macpool.service.sentry.ErrorReports;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsSpec;
import io.macpool.service.trace.Traces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every setting of the worker: its own and its jobs' limits here, the others by subject. Names that
 * the Go worker had keep their meaning; docs/configuration is generated from here.
 */
public final class WorkerSettings {

  /** What makes instances. */
  public enum Provider {
    JUPITERBRAIN
  }

  // The worker itself.
  public static final Setting<Integer> POOL_SIZE =
      Setting.integer("POOL_SIZE", 0, 5000, "how many jobs to run at once, until told otherwise")
          .defaultTo(1);
  public static final Setting<String> HOSTNAME =
      Setting.text("HOSTNAME", "the name that logs show; default: the machine's").ofMachine();
  public static final Setting<Provider> PROVIDER_NAME =
      Setting.choice("PROVIDER_NAME", Provider.class, "what makes instances")
          .defaultTo(Provider.JUPITERBRAIN);
  public static final Setting<String> TRAVIS_SITE =
      Setting.text("TRAVIS_SITE", "org or com: shown in reports");
  public static final Setting<String> INFRA =
      Setting.text("INFRA", "the infrastructure's name in reports").defaultTo("");
  public static final Setting<Integer> STATE_UPDATE_POOL_SIZE =
      Setting.integer(
              "STATE_UPDATE_POOL_SIZE", 1, 2000, "channels over which state updates are published")
          .defaultTo(3);
  public static final Setting<ListenAddress> REMOTE_CONTROLLER_ADDR =
      Setting.of(
          "REMOTE_CONTROLLER_ADDR",
          "where the remote-control API, health and metrics are served; unset: nowhere",
          "HOST:PORT",
          ListenAddress::parse);
  public static final Setting<Secret> REMOTE_CONTROLLER_AUTH =
      Setting.secret(
          "REMOTE_CONTROLLER_AUTH",
          "USER:PASSWORD of the remote-control API; unset: health and metrics alone are served");
  public static final Setting<String> START_HOOK =
      Setting.text("START_HOOK", "a command run by the shell before any job is taken");
  public static final Setting<String> STOP_HOOK =
      Setting.text("STOP_HOOK", "a command run by the shell when the worker has stopped");
  public static final Setting<CalledUrl> HEARTBEAT_URL =
      url("HEARTBEAT_URL", "asked every 5 min: {\"state\":\"down\"} drains the worker");
  public static final Setting<Secret> HEARTBEAT_URL_AUTH_TOKEN =
      Setting.secret(
          "HEARTBEAT_URL_AUTH_TOKEN", "token for the heartbeat; file://PATH reads it from a file");
  public static final Setting<Boolean> TERM_STOPS_NOW =
      Setting.flag(
          "TERM_STOPS_NOW", "on SIGTERM give running jobs back at once instead of draining");
  public static final Setting<Duration> DRAIN_TIMEOUT =
      Setting.duration(
              "DRAIN_TIMEOUT",
              "how long a drain on SIGTERM may take before the jobs that still run are given back;"
                  + " keep it below the pod's grace period")
          .defaultTo(Duration.ofMinutes(115));
  public static final Setting<Integer> MAX_START_FAILURES =
      Setting.integer(
              "MAX_START_FAILURES",
              1,
              1000,
              "a job whose instance failed to start this many times is errored, not requeued")
          .defaultTo(5);

  // Time and size limits of a job.
  public static final Setting<Duration> HARD_TIMEOUT =
      Setting.duration("HARD_TIMEOUT", "how long a script may run, if its job does not say")
          .defaultTo(Duration.ofMinutes(50));
  public static final Setting<Duration> LOG_TIMEOUT =
      Setting.duration("LOG_TIMEOUT", "how long a script may be silent, if its job does not say")
          .defaultTo(Duration.ofMinutes(10));
  public static final Setting<Duration> SCRIPT_UPLOAD_TIMEOUT =
      Setting.duration("SCRIPT_UPLOAD_TIMEOUT", "how long login and upload may take")
          .defaultTo(Duration.ofSeconds(210));
  public static final Setting<Duration> STARTUP_TIMEOUT =
      Setting.duration(
              "STARTUP_TIMEOUT", "how long an instance may take from the request until SSH answers")
          .defaultTo(Duration.ofMinutes(4));
  public static final Setting<Integer> MAX_LOG_LENGTH =
      Setting.integer("MAX_LOG_LENGTH", 1, Integer.MAX_VALUE, "bytes of log a job may write")
          .defaultTo(4_500_000);
  public static final Setting<Boolean> SKIP_SHUTDOWN_ON_LOG_TIMEOUT =
      Setting.flag(
          "SKIP_SHUTDOWN_ON_LOG_TIMEOUT",
          "keep the instance of a job that fell silent, to look at");

  /** What providers are called, for whoever asks with {@code --list-backend-providers}. */
  public static final Setting<Boolean> LIST_BACKEND_PROVIDERS =
      Setting.flag("LIST_BACKEND_PROVIDERS", "print the names of what makes instances, and end");

  private static final Set<String> GO_NAMES =
      Set.of(
          "AMQP_CONSUMER_PRIORITY",
          "AMQP_HEARTBEAT",
          "AMQP_INSECURE",
          "AMQP_TLS_CERT",
          "AMQP_TLS_CERT_PATH",
          "AMQP_URI",
          "BASE_DIR",
          "BUILD_API_INSECURE_SKIP_VERIFY",
          "BUILD_API_URI",
          "BUILD_APT_CACHE",
          "BUILD_CACHE_FETCH_TIMEOUT",
          "BUILD_CACHE_PUSH_TIMEOUT",
          "BUILD_CACHE_S3_ACCESS_KEY_ID",
          "BUILD_CACHE_S3_BUCKET",
          "BUILD_CACHE_S3_REGION",
          "BUILD_CACHE_S3_SCHEME",
          "BUILD_CACHE_S3_SECRET_ACCESS_KEY",
          "BUILD_CACHE_TYPE",
          "BUILD_FIX_ETC_HOSTS",
          "BUILD_FIX_RESOLV_CONF",
          "BUILD_NPM_CACHE",
          "BUILD_PARANOID",
          "BUILD_TRACE_ENABLED",
          "BUILD_TRACE_S3_BUCKET",
          "BUILD_TRACE_S3_KEY_PREFIX",
          "BUILD_TRACE_S3_REGION",
          "DEBUG",
          "DEFAULT_ARCH",
          "DEFAULT_DIST",
          "DEFAULT_GROUP",
          "DEFAULT_LANGUAGE",
          "DEFAULT_OS",
          "ECHO_CONFIG",
          "FILE_POLLING_INTERVAL",
          "HARD_TIMEOUT",
          "HEARTBEAT_URL",
          "HEARTBEAT_URL_AUTH_TOKEN",
          "HOSTNAME",
          "INFRA",
          "LIST_BACKEND_PROVIDERS",
          "LOGS_AMQP_TLS_CERT",
          "LOGS_AMQP_TLS_CERT_PATH",
          "LOGS_AMQP_URI",
          "LOG_TIMEOUT",
          "MAX_LOG_LENGTH",
          "PAYLOAD_FILTER_EXECUTABLE",
          "POOL_SIZE",
          "PROVIDER_NAME",
          "QUEUE_NAME",
          "QUEUE_TYPE",
          "RABBITMQ_SHARDING",
          "REMOTE_CONTROLLER_ADDR",
          "REMOTE_CONTROLLER_AUTH",
          "SCRIPT_UPLOAD_TIMEOUT",
          "SENTRY_DSN",
          "SKIP_SHUTDOWN_ON_LOG_TIMEOUT",
          "STARTUP_TIMEOUT",
          "START_HOOK",
          "STATE_UPDATE_POOL_SIZE",
          "STOP_HOOK",
          "TRAVIS_SITE");

  public static final SettingsSpec SPEC =
      new SettingsSpec(
          "worker",
          "takes CI jobs from a queue and runs each in a fresh instance",
          "TRAVIS_WORKER_",
          all(),
          bareNames());

  private WorkerSettings() {}

  /** A setting whose value is a URL with a host. */
  static Setting<CalledUrl> url(String name, String description) {
    return Setting.of(name, description, "URL", CalledUrl::parse);
  }

  private static List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>(QueueSettings.all());
    all.addAll(
        List.of(
            POOL_SIZE,
            HOSTNAME,
            PROVIDER_NAME,
            TRAVIS_SITE,
            INFRA,
            STATE_UPDATE_POOL_SIZE,
            REMOTE_CONTROLLER_ADDR,
            REMOTE_CONTROLLER_AUTH,
            START_HOOK,
            STOP_HOOK,
            HEARTBEAT_URL,
            HEARTBEAT_URL_AUTH_TOKEN,
            TERM_STOPS_NOW,
            DRAIN_TIMEOUT,
            MAX_START_FAILURES,
            HARD_TIMEOUT,
            LOG_TIMEOUT,
            SCRIPT_UPLOAD_TIMEOUT,
            STARTUP_TIMEOUT,
            MAX_LOG_LENGTH,
            SKIP_SHUTDOWN_ON_LOG_TIMEOUT,
            LIST_BACKEND_PROVIDERS));
    all.add(Traces.COLLECTOR);
    all.addAll(ScriptGeneratorSettings.all());
    all.addAll(TraceSettings.all());
    all.addAll(InstanceSettings.all());
    all.add(ErrorReports.DSN);
    all.add(ErrorReports.ENVIRONMENT);
    all.addAll(RetiredSettings.all());
    return all;
  }

  /** What the Go worker reads without its prefix as well, the provider's own apart. */
  private static Set<String> bareNames() {
    return Stream.concat(GO_NAMES.stream(), RetiredSettings.GO_NAMES.stream())
        .collect(Collectors.toUnmodifiableSet());
  }
}
