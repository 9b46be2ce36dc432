package io.macpool.worker;

import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Where jobs come from and reports go. Part of {@link WorkerSettings}. */
public final class QueueSettings {

  /** Where jobs come from and reports go. */
  public enum QueueType {
    AMQP,
    FILE
  }

  public static final Setting<QueueType> QUEUE_TYPE =
      Setting.of("QUEUE_TYPE", "where jobs come from", "amqp|file", QueueSettings::queueType)
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
              Integer.MIN_VALUE,
              Integer.MAX_VALUE,
              "consumers of a higher priority are served first")
          .defaultTo(0);
  public static final Setting<Duration> CLAIM_LEASE =
      Setting.duration(
              "CLAIM_LEASE",
              "how long a worker may be out of the job broker's reach before others run its jobs;"
                  + " keep it above two heartbeats")
          .defaultTo(Duration.ofSeconds(25));
  public static final Setting<Secret> LOGS_AMQP_URI =
      Setting.secret("LOGS_AMQP_URI", "a second broker, for logs alone");
  public static final Setting<String> LOGS_AMQP_TLS_CERT =
      Setting.text("LOGS_AMQP_TLS_CERT", "PEM certificates that sign the log broker's");
  public static final Setting<String> LOGS_AMQP_TLS_CERT_PATH =
      Setting.text(
          "LOGS_AMQP_TLS_CERT_PATH", "a file of PEM certificates that sign the log broker's");
  public static final Setting<String> LOG_SPOOL_DIR =
      Setting.text(
              "LOG_SPOOL_DIR", "where logs are kept that can't be delivered yet, 512 MB at most")
          .defaultTo("/tmp");
  public static final Setting<String> JOB_EVENTS_EXCHANGE =
      Setting.text(
          "JOB_EVENTS_EXCHANGE",
          "a topic exchange on which states are told to whoever listens, such as the console; not"
              + " set: they are told to the scheduler alone");
  public static final Setting<Boolean> RABBITMQ_SHARDING =
      Setting.flag("RABBITMQ_SHARDING", "publish logs to the sharded exchange, by job id");
  public static final Setting<String> QUEUE_NAME =
      Setting.text("QUEUE_NAME", "the queue of jobs, for example builds.macstadium6");
  public static final Setting<String> BASE_DIR =
      Setting.text("BASE_DIR", "where a file queue keeps its directories").defaultTo(".");
  public static final Setting<Duration> FILE_POLLING_INTERVAL =
      Setting.duration("FILE_POLLING_INTERVAL", "how often a file queue looks for new jobs")
          .defaultTo(Duration.ofSeconds(5));

  private QueueSettings() {}

  private static QueueType queueType(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "amqp" -> QueueType.AMQP;
      case "file" -> QueueType.FILE;
      case "http" ->
          throw new IllegalArgumentException(
              "\"http\" is not supported: this worker takes no jobs from a job board; set amqp or"
                  + " file");
      default ->
          throw new IllegalArgumentException(
              text.contains(",")
                  ? "\""
                      + text
                      + "\" is not supported: a worker takes jobs from one queue here; set"
                      + " amqp or file, or run a worker for each"
                  : "\"" + text + "\" is none of amqp, file");
    };
  }

  static List<Setting<?>> all() {
    return List.of(
        QUEUE_TYPE,
        AMQP_URI,
        AMQP_INSECURE,
        AMQP_TLS_CERT,
        AMQP_TLS_CERT_PATH,
        AMQP_HEARTBEAT,
        AMQP_CONSUMER_PRIORITY,
        CLAIM_LEASE,
        LOGS_AMQP_URI,
        LOGS_AMQP_TLS_CERT,
        LOGS_AMQP_TLS_CERT_PATH,
        LOG_SPOOL_DIR,
        JOB_EVENTS_EXCHANGE,
        RABBITMQ_SHARDING,
        QUEUE_NAME,
        BASE_DIR,
        FILE_POLLING_INTERVAL);
  }
}
