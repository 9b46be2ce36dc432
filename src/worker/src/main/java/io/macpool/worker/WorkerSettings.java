package io.macpool.worker;

import io.macpool.service.ListenAddress;
import io.macpool.service.Secret;
import io.macpool.service.Setting;
import io.macpool.service.SettingsSpec;
import io.macpool.service.sentry.ErrorReports;
import io.macpool.service.trace.Traces;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Every setting of the worker. Names that the Go worker had keep their meaning; docs/configuration
 * is generated from here.
 */
public final class WorkerSettings {

  /** Where jobs come from and reports go. */
  public enum QueueType {
    AMQP,
    FILE
  }

  /** What makes instances. */
  public enum Provider {
    JUPITERBRAIN
  }

  /** How the image of a job is chosen. */
  public enum ImageSelection {
    ENV,
    API
  }

  // Queue.
  public static final Setting<QueueType> QUEUE_TYPE =
      Setting.choice("QUEUE_TYPE", QueueType.class, "where jobs come from")
          .defaultTo(QueueType.AMQP);
  public static final Setting<Secret> AMQP_URI =
      Setting.secret("AMQP_URI", "the job broker, amqp://USER:PASSWORD@HOST/VHOST or amqps://…");
  public static final Setting<Boolean> AMQP_INSECURE =
      Setting.flag("AMQP_INSECURE", "do not verify the job broker's TLS certificate");
  public static final Setting<String> AMQP_TLS_CERT =
      Setting.text("AMQP_TLS_CERT", "PEM certificates that sign the job broker's");
  public static final Setting<String> AMQP_TLS_CERT_PATH =
      Setting.text("AMQP_TLS_CERT_PATH", "a file of PEM certificates that sign the job broker's");
  public static final Setting<Duration> AMQP_HEARTBEAT =
      Setting.duration("AMQP_HEARTBEAT", "a broker silent for two of these counts as lost")
          .defaultTo(Duration.ofSeconds(10));
  public static final Setting<Integer> AMQP_CONSUMER_PRIORITY =
      Setting.integer(
              "AMQP_CONSUMER_PRIORITY",
              -1000,
              1000,
              "consumers of a higher priority are served first")
          .defaultTo(0);
  public static final Setting<Secret> LOGS_AMQP_URI =
      Setting.secret("LOGS_AMQP_URI", "a second broker, for logs alone");
  public static final Setting<String> LOGS_AMQP_TLS_CERT =
      Setting.text("LOGS_AMQP_TLS_CERT", "PEM certificates that sign the log broker's");
  public static final Setting<String> LOGS_AMQP_TLS_CERT_PATH =
      Setting.text(
          "LOGS_AMQP_TLS_CERT_PATH", "a file of PEM certificates that sign the log broker's");
  public static final Setting<Boolean> RABBITMQ_SHARDING =
      Setting.flag("RABBITMQ_SHARDING", "publish logs to the sharded exchange, by job id");
  public static final Setting<String> QUEUE_NAME =
      Setting.text("QUEUE_NAME", "the queue of jobs, for example builds.macstadium6");
  public static final Setting<String> BASE_DIR =
      Setting.text("BASE_DIR", "where a file queue keeps its directories").defaultTo(".");
  public static final Setting<Duration> FILE_POLLING_INTERVAL =
      Setting.duration("FILE_POLLING_INTERVAL", "how often a file queue looks for new jobs")
          .defaultTo(Duration.ofSeconds(5));

  // The worker itself.
  public static final Setting<Integer> POOL_SIZE =
      Setting.integer("POOL_SIZE", 0, 5000, "how many jobs to run at once, until told otherwise")
          .defaultTo(1);
  public static final Setting<String> HOSTNAME =
      Setting.text("HOSTNAME", "the name that logs show; default: the machine's");
  public static final Setting<Provider> PROVIDER_NAME =
      Setting.choice("PROVIDER_NAME", Provider.class, "what makes instances")
          .defaultTo(Provider.JUPITERBRAIN);
  public static final Setting<String> TRAVIS_SITE =
      Setting.text("TRAVIS_SITE", "org or com: shown in reports");
  public static final Setting<String> INFRA =
      Setting.text("INFRA", "the infrastructure's name in reports").defaultTo("macstadium");
  public static final Setting<Integer> STATE_UPDATE_POOL_SIZE =
      Setting.integer(
              "STATE_UPDATE_POOL_SIZE", 1, 64, "channels over which state updates are published")
          .defaultTo(3);
  public static final Setting<ListenAddress> REMOTE_CONTROLLER_ADDR =
      Setting.of(
          "REMOTE_CONTROLLER_ADDR",
          "where the remote-control API, health and metrics are served; unset: nowhere",
          "HOST:PORT",
          ListenAddress::parse);
  public static final Setting<Secret> REMOTE_CONTROLLER_AUTH =
      Setting.secret("REMOTE_CONTROLLER_AUTH", "USER:PASSWORD of the remote-control API");
  public static final Setting<String> START_HOOK =
      Setting.text("START_HOOK", "a command run by the shell when the worker has started");
  public static final Setting<String> STOP_HOOK =
      Setting.text("STOP_HOOK", "a command run by the shell when the worker has stopped");
  public static final Setting<URI> HEARTBEAT_URL =
      uri("HEARTBEAT_URL", "asked every 30 s: {\"state\":\"down\"} drains the worker");
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

  // The build-script generator.
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
  public static final Setting<Integer> BUILD_CACHE_FETCH_TIMEOUT =
      Setting.integer("BUILD_CACHE_FETCH_TIMEOUT", 0, 86_400, "seconds to fetch a cache");
  public static final Setting<Integer> BUILD_CACHE_PUSH_TIMEOUT =
      Setting.integer("BUILD_CACHE_PUSH_TIMEOUT", 0, 86_400, "seconds to push a cache");
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
  public static final Setting<Boolean> BUILD_TRACE_ENABLED =
      Setting.flag("BUILD_TRACE_ENABLED", "fetch the traces that jobs ask for");
  public static final Setting<String> BUILD_TRACE_DIR =
      Setting.text("BUILD_TRACE_DIR", "where fetched traces are written, a file a job");
  public static final Setting<String> DEFAULT_LANGUAGE =
      Setting.text("DEFAULT_LANGUAGE", "language of a job that names none").defaultTo("default");
  public static final Setting<String> DEFAULT_DIST =
      Setting.text("DEFAULT_DIST", "dist of a job that names none").defaultTo("precise");
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

  // The instances.
  public static final Setting<Secret> ENDPOINT =
      Setting.secret("JUPITERBRAIN_ENDPOINT", "the VM broker, https://TOKEN@HOST:PORT").required();
  public static final Setting<String> SSH_KEY_PATH =
      Setting.text("JUPITERBRAIN_SSH_KEY_PATH", "the private key that opens instances").required();
  public static final Setting<Secret> SSH_KEY_PASSPHRASE =
      Setting.secret("JUPITERBRAIN_SSH_KEY_PASSPHRASE", "the private key's passphrase");
  public static final Setting<Integer> SSH_PORT =
      Setting.integer("JUPITERBRAIN_SSH_PORT", 1, 65_535, "the port on which instances answer SSH")
          .defaultTo(22);
  public static final Setting<Duration> SSH_DIAL_TIMEOUT =
      Setting.duration("JUPITERBRAIN_SSH_DIAL_TIMEOUT", "how long a login over SSH may take")
          .defaultTo(Duration.ofSeconds(5));
  public static final Setting<Duration> SSH_KEEP_ALIVE =
      Setting.duration(
              "JUPITERBRAIN_SSH_KEEP_ALIVE", "a session that misses two of these counts as lost")
          .defaultTo(Duration.ofSeconds(10));
  public static final Setting<Duration> SSH_RECONNECT_TIMEOUT =
      Setting.duration(
              "JUPITERBRAIN_SSH_RECONNECT_TIMEOUT",
              "how long to try to reach the script of a lost session before the job is given back")
          .defaultTo(Duration.ofMinutes(1));
  public static final Setting<Secret> KEYCHAIN_PASSWORD =
      Setting.secret("JUPITERBRAIN_KEYCHAIN_PASSWORD", "opens the login keychain of macOS guests");
  public static final Setting<ImageSelection> IMAGE_SELECTOR_TYPE =
      Setting.choice(
              "JUPITERBRAIN_IMAGE_SELECTOR_TYPE", ImageSelection.class, "how images are chosen")
          .defaultTo(ImageSelection.ENV);
  public static final Setting<URI> IMAGE_SELECTOR_URL =
      uri("JUPITERBRAIN_IMAGE_SELECTOR_URL", "the service that chooses images");
  public static final Setting<String> IMAGE_ALIASES =
      Setting.text(
          "JUPITERBRAIN_IMAGE_ALIASES",
          "names, by comma, whose images are in JUPITERBRAIN_IMAGE_ALIAS_NAME");
  public static final Setting<Map<String, String>> IMAGES =
      Setting.family(
          "JUPITERBRAIN_IMAGE_",
          "the image for a key such as OSX_IMAGE_XCODE12_5, OS_OSX or DEFAULT");
  public static final Setting<Integer> INSTANCE_CPUS =
      Setting.integer(
              "JUPITERBRAIN_INSTANCE_CPUS", 0, 1024, "processors of an instance; 0: as the image")
          .defaultTo(0);
  public static final Setting<Integer> INSTANCE_RAM =
      Setting.integer(
              "JUPITERBRAIN_INSTANCE_RAM", 0, 16_777_216, "MB of an instance; 0: as the image")
          .defaultTo(0);
  public static final Setting<Duration> INSTANCE_LEASE =
      Setting.duration(
              "INSTANCE_LEASE",
              "after such a time without a word from this worker, and with one from another, the"
                  + " broker destroys its instances; 0s: only when their own time is over")
          .defaultTo(Duration.ofSeconds(30));
  public static final Setting<Duration> BOOT_POLL_SLEEP =
      Setting.duration("JUPITERBRAIN_BOOT_POLL_SLEEP", "the longest pause between looks at a boot")
          .defaultTo(Duration.ofSeconds(3));
  public static final Setting<Duration> BOOT_POLL_DIAL_TIMEOUT =
      Setting.duration(
              "JUPITERBRAIN_BOOT_POLL_DIAL_TIMEOUT", "how long a connection to SSH may take")
          .defaultTo(Duration.ofSeconds(3));
  public static final Setting<Boolean> RESERVE_BEFORE_TAKE =
      Setting.flag(
              "JUPITERBRAIN_RESERVE_BEFORE_TAKE",
              "take a job only while the broker's /capacity shows room for it")
          .defaultTo(true);
  public static final Setting<Duration> CAPACITY_WAIT =
      Setting.duration(
              "JUPITERBRAIN_CAPACITY_WAIT",
              "how long a job taken waits for a full pool before it is given back; keep it and the"
                  + " hard timeout below the job broker's consumer_timeout")
          .defaultTo(Duration.ofMinutes(20));

  public static final SettingsSpec SPEC =
      new SettingsSpec(
          "worker",
          "takes CI jobs from a queue and runs each in a fresh instance",
          "TRAVIS_WORKER_",
          all());

  private WorkerSettings() {}

  private static Setting<URI> uri(String name, String description) {
    return Setting.of(
        name,
        description,
        "URL",
        text -> {
          URI uri = URI.create(text);
          if (uri.getHost() == null || uri.getScheme() == null) {
            throw new IllegalArgumentException("is not a URL: write http(s)://HOST/…");
          }
          return uri;
        });
  }

  private static List<Setting<?>> all() {
    List<Setting<?>> all =
        new ArrayList<>(
            List.of(
                QUEUE_TYPE,
                AMQP_URI,
                AMQP_INSECURE,
                AMQP_TLS_CERT,
                AMQP_TLS_CERT_PATH,
                AMQP_HEARTBEAT,
                AMQP_CONSUMER_PRIORITY,
                LOGS_AMQP_URI,
                LOGS_AMQP_TLS_CERT,
                LOGS_AMQP_TLS_CERT_PATH,
                RABBITMQ_SHARDING,
                QUEUE_NAME,
                BASE_DIR,
                FILE_POLLING_INTERVAL,
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
                Traces.COLLECTOR,
                HARD_TIMEOUT,
                LOG_TIMEOUT,
                SCRIPT_UPLOAD_TIMEOUT,
                STARTUP_TIMEOUT,
                MAX_LOG_LENGTH,
                SKIP_SHUTDOWN_ON_LOG_TIMEOUT));
    all.addAll(
        List.of(
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
            BUILD_TRACE_ENABLED,
            BUILD_TRACE_DIR,
            DEFAULT_LANGUAGE,
            DEFAULT_DIST,
            DEFAULT_ARCH,
            DEFAULT_GROUP,
            DEFAULT_OS,
            PAYLOAD_FILTER_EXECUTABLE,
            ENDPOINT,
            SSH_KEY_PATH,
            SSH_KEY_PASSPHRASE,
            SSH_PORT,
            SSH_DIAL_TIMEOUT,
            SSH_KEEP_ALIVE,
            SSH_RECONNECT_TIMEOUT,
            KEYCHAIN_PASSWORD,
            IMAGE_SELECTOR_TYPE,
            IMAGE_SELECTOR_URL,
            IMAGE_ALIASES,
            IMAGES,
            INSTANCE_CPUS,
            INSTANCE_RAM,
            INSTANCE_LEASE,
            BOOT_POLL_SLEEP,
            BOOT_POLL_DIAL_TIMEOUT,
            RESERVE_BEFORE_TAKE,
            CAPACITY_WAIT));
    all.add(ErrorReports.DSN);
    all.add(ErrorReports.ENVIRONMENT);
    all.addAll(retired());
    return all;
  }

  private static List<Setting<?>> retired() {
    String metrics = "Micrometer's /metrics has taken its place";
    String pauses = "readiness is probed, there is nothing to sleep for";
    String traces = "traces are written to BUILD_TRACE_DIR";
    return List.of(
        Setting.retired("INITIAL_SLEEP", pauses),
        Setting.retired("JUPITERBRAIN_BOOT_POLL_WAIT", pauses),
        Setting.retired("PROGRESS_TYPE", "start-up progress is always plain text"),
        Setting.retired("BUILD_TRACE_S3_BUCKET", traces),
        Setting.retired("BUILD_TRACE_S3_KEY_PREFIX", traces),
        Setting.retired("BUILD_TRACE_S3_REGION", traces),
        Setting.retired("LIBRATO_EMAIL", metrics),
        Setting.retired("LIBRATO_TOKEN", metrics),
        Setting.retired("LIBRATO_SOURCE", metrics),
        Setting.retired("SENTRY_HOOK_ERRORS", "every error is reported"),
        Setting.retired("PPROF_PORT", "use the JDK's own tools"),
        Setting.retired("SILENCE_METRICS", metrics));
  }
}
