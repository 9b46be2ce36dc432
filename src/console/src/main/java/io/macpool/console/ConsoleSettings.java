package io.macpool.console;

import io.macpool.core.GoDuration;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsSpec;
import java.time.Duration;
import java.util.List;

/** Everything that a person may set on the console. */
public final class ConsoleSettings {

  public static final Setting<ListenAddress> ADDR =
      Setting.of("ADDR", "where the pages are", "HOST:PORT", ListenAddress::parse)
          .defaultTo(new ListenAddress("0.0.0.0", 8090));

  public static final Setting<ListenAddress> ADMIN_ADDR =
      Setting.of(
              "ADMIN_ADDR",
              "where /health/live, /health/ready, /metrics and /info are answered",
              "HOST:PORT",
              ListenAddress::parse)
          .defaultTo(new ListenAddress("0.0.0.0", 8091));

  public static final Setting<Secret> BROKER_URL =
      Setting.secret(
              "BROKER_URL",
              "the VM broker, https://TOKEN@HOST:PORT; a token that may only read suffices")
          .required();

  public static final Setting<Secret> TOKEN =
      Setting.secret("TOKEN", "what a viewer has to know, at least 16 characters").required();

  public static final Setting<Boolean> INSECURE_COOKIE =
      Setting.flag(
          "INSECURE_COOKIE",
          "let browsers send the cookie over plain HTTP; without it the pages need HTTPS in front");

  public static final Setting<String> PROXY_ADDRESSES =
      Setting.text(
          "PROXY_ADDRESSES",
          "the proxies in front, whose X-Forwarded-For is believed: 10.0.0.0/8,192.0.2.7; not set:"
              + " nobody's");

  public static final Setting<String> VIEWER_HEADER =
      Setting.text(
          "VIEWER_HEADER",
          "the header by which one of these proxies names a viewer whom it has let in, who needs no"
              + " token then; the proxies have to remove it from what viewers send; not set: none");

  public static final Setting<Duration> POLL_INTERVAL =
      Setting.of(
              "POLL_INTERVAL",
              "how often the broker is asked, 250ms to 5s",
              "DURATION",
              ConsoleSettings::parseInterval)
          .defaultTo(Duration.ofSeconds(2));

  public static final Setting<Duration> HISTORY =
      Setting.duration(
              "HISTORY",
              "how much of the past reports know: exactly the last 26h, by the hour 35 days, by the"
                  + " day what is older")
          .defaultTo(Duration.ofDays(90));

  public static final Setting<String> HISTORY_FILE =
      Setting.text("HISTORY_FILE", "file of the embedded history, when there is no database")
          .defaultTo("macpool-console-history");

  public static final Setting<Secret> DATABASE_URL =
      Setting.secret(
              "DATABASE_URL",
              "where the history is kept: postgres://user:password@host:5432/database, for this"
                  + " console alone; embedded, in the history file, if unset")
          .also("DATABASE_URL");

  public static final Setting<Integer> LICENSED_VMS =
      Setting.integer("LICENSED_VMS", 1, 1000, "VMs that the licence allows on one host at once")
          .defaultTo(2);

  public static final Setting<String> KUBERNETES_URL =
      Setting.text(
          "KUBERNETES_URL",
          "the Kubernetes API, for queues: https://kubernetes.default.svc in a pod; not set:"
              + " queues are not shown");

  public static final Setting<String> KUBERNETES_NAMESPACE =
      Setting.text("KUBERNETES_NAMESPACE", "the namespace of the WorkerClusters")
          .defaultTo("default");

  public static final Setting<String> KUBERNETES_TOKEN_FILE =
      Setting.text(
          "KUBERNETES_TOKEN_FILE",
          "file with the token for the Kubernetes API, read anew for each question");

  public static final Setting<String> KUBERNETES_CA_FILE =
      Setting.text(
          "KUBERNETES_CA_FILE",
          "PEM file of the authority that signed the Kubernetes API's certificate; not set: those"
              + " that Java trusts");

  public static final Setting<Secret> AMQP_URI =
      Setting.secret(
          "AMQP_URI",
          "the AMQP broker of the workers, amqps://USER:PASSWORD@HOST/VHOST, for jobs; not set:"
              + " jobs are not shown");

  public static final Setting<String> JOB_EVENTS_EXCHANGE =
      Setting.text(
              "JOB_EVENTS_EXCHANGE",
              "the topic exchange on which workers tell of jobs, by their setting of the same name")
          .defaultTo("macpool.jobs");

  public static final SettingsSpec SPEC =
      new SettingsSpec(
          "console",
          "shows the pool: every Mac, queue and slot hour, and why something waits",
          "MACPOOL_CONSOLE_",
          List.of(
              ADDR,
              ADMIN_ADDR,
              BROKER_URL,
              TOKEN,
              INSECURE_COOKIE,
              PROXY_ADDRESSES,
              VIEWER_HEADER,
              POLL_INTERVAL,
              HISTORY,
              HISTORY_FILE,
              DATABASE_URL,
              LICENSED_VMS,
              KUBERNETES_URL,
              KUBERNETES_NAMESPACE,
              KUBERNETES_TOKEN_FILE,
              KUBERNETES_CA_FILE,
              AMQP_URI,
              JOB_EVENTS_EXCHANGE));

  private ConsoleSettings() {}

  private static Duration parseInterval(String text) {
    Duration interval = GoDuration.parse(text);
    if (interval.compareTo(Duration.ofMillis(250)) < 0
        || interval.compareTo(Duration.ofSeconds(5)) > 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not between 250ms and 5s");
    }
    return interval;
  }
}
