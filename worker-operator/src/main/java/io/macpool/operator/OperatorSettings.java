package io.macpool.operator;

import io.macpool.core.GoDuration;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.io.File;
import java.time.Duration;
import java.util.List;

/**
 * Everything that a person may set on the operator. The first three names are the Go operator's.
 */
public final class OperatorSettings {

  /** Every namespace, as the value of {@link #WATCH_NAMESPACE}. */
  public static final String ALL_NAMESPACES = "*";

  public static final Setting<String> WATCH_NAMESPACE =
      Setting.text(
              "WATCH_NAMESPACE",
              "the namespace whose WorkerClusters and HardwarePools it works for; * is every one;"
                  + " not set: the namespace that it runs in")
          .also("WATCH_NAMESPACE");

  public static final Setting<String> POD_NAME =
      Setting.text("POD_NAME", "its own pod's name: its identity as a candidate for leader")
          .also("POD_NAME");

  public static final Setting<String> OPERATOR_NAME =
      Setting.text("OPERATOR_NAME", "name of its leader Lease and of its field manager")
          .also("OPERATOR_NAME")
          .defaultTo("worker-operator");

  public static final Setting<String> KUBECONFIG =
      Setting.text(
              "KUBECONFIG",
              "file that tells how to reach the Kubernetes API; not set: the pod's own service"
                  + " account, or ~/.kube/config")
          .also("KUBECONFIG");

  public static final Setting<Boolean> LEADER_ELECTION =
      Setting.of(
              "LEADER_ELECTION",
              "true or false: wait to be the leader, by a Lease, before doing anything; only a"
                  + " lone operator may leave it out",
              "BOOLEAN",
              OperatorSettings::parseBoolean)
          .defaultTo(true);

  public static final Setting<Duration> LEASE_DURATION =
      Setting.of(
              "LEASE_DURATION",
              "how long after its last sign of life a leader still counts as one, at least 1s: the"
                  + " longest that nobody acts after one was lost",
              "DURATION",
              text -> parseAtLeast("1s", text))
          .defaultTo(Duration.ofSeconds(15));

  public static final Setting<Duration> API_TIMEOUT =
      Setting.of(
              "API_TIMEOUT",
              "how long the Kubernetes API may take to answer a call, at least 100ms; calls about"
                  + " the Lease have a fifth of LEASE_DURATION if that is less",
              "DURATION",
              text -> parseAtLeast("100ms", text))
          .defaultTo(Duration.ofSeconds(10));

  public static final Setting<ListenAddress> ADMIN_ADDR =
      Setting.of(
              "ADMIN_ADDR",
              "where /health/live, /health/ready, /metrics and /info are answered",
              "HOST:PORT",
              ListenAddress::parse)
          .defaultTo(new ListenAddress("0.0.0.0", 8081));

  public static final Setting<Duration> RECONCILE_INTERVAL =
      Setting.duration(
              "RECONCILE_INTERVAL",
              "how often each cluster's pods are asked while nothing changes; six times as seldom"
                  + " while its queue is empty and its workers are idle")
          .defaultTo(Duration.ofSeconds(5));

  public static final Setting<Duration> SETTLE_INTERVAL =
      Setting.duration(
              "SETTLE_INTERVAL",
              "how often a cluster's pods are asked while pool sizes are still moving")
          .defaultTo(Duration.ofMillis(500));

  public static final Setting<Integer> RECONCILE_THREADS =
      Setting.integer("RECONCILE_THREADS", 1, 500, "clusters worked on at once").defaultTo(20);

  public static final Setting<Integer> REMOTE_CONTROL_PORT =
      Setting.integer("REMOTE_CONTROL_PORT", 1, 65_535, "port of the workers' remote control")
          .defaultTo(8080);

  public static final Setting<Duration> REMOTE_CONTROL_TIMEOUT =
      Setting.duration("REMOTE_CONTROL_TIMEOUT", "how long a worker may take to answer")
          .defaultTo(Duration.ofSeconds(2));

  public static final Setting<Secret> AMQP_URI =
      Setting.secret(
          "AMQP_URI",
          "broker of the job queues, amqp:// or amqps://: depth by passive declare; for clusters"
              + " with spec.scaling");

  public static final Setting<Secret> RABBITMQ_MANAGEMENT_URI =
      Setting.secret(
          "RABBITMQ_MANAGEMENT_URI",
          "management API of the broker, http(s)://USER:PASSWORD@HOST:15672/VHOST: depth with"
              + " ready and unacked apart; wins over the AMQP URI");

  public static final Setting<Duration> QUEUE_POLL_INTERVAL =
      Setting.duration(
              "QUEUE_POLL_INTERVAL",
              "how often each followed queue's depth is read; more seldom where there are more"
                  + " than 500 in a second, and by the management API, which is asked each second"
                  + " at most, but at least three times within QUEUE_DEPTH_TOLERANCE")
          .defaultTo(Duration.ofMillis(200));

  public static final Setting<Duration> QUEUE_DEPTH_TOLERANCE =
      Setting.duration(
              "QUEUE_DEPTH_TOLERANCE",
              "how old a depth may be before it counts as unknown and the number of jobs is held")
          .defaultTo(Duration.ofSeconds(15));

  public static final Setting<Secret> BROKER_TOKEN =
      Setting.secret(
          "BROKER_TOKEN", "token for the VM brokers' /capacity, where a HardwarePool names none");

  public static final Setting<Duration> CAPACITY_POLL_INTERVAL =
      Setting.duration("CAPACITY_POLL_INTERVAL", "how often a broker's /capacity is read")
          .defaultTo(Duration.ofSeconds(5));

  public static final SettingsSpec SPEC =
      new SettingsSpec(
          "worker-operator",
          "sizes worker pools by queue depth within what the hardware holds",
          "WORKER_OPERATOR_",
          List.of(
              WATCH_NAMESPACE,
              POD_NAME,
              OPERATOR_NAME,
              KUBECONFIG,
              LEADER_ELECTION,
              LEASE_DURATION,
              API_TIMEOUT,
              ADMIN_ADDR,
              RECONCILE_INTERVAL,
              SETTLE_INTERVAL,
              RECONCILE_THREADS,
              REMOTE_CONTROL_PORT,
              REMOTE_CONTROL_TIMEOUT,
              AMQP_URI,
              RABBITMQ_MANAGEMENT_URI,
              QUEUE_POLL_INTERVAL,
              QUEUE_DEPTH_TOLERANCE,
              BROKER_TOKEN,
              CAPACITY_POLL_INTERVAL));

  private OperatorSettings() {}

  /**
   * The file at a path.
   *
   * @throws SettingsException if it can't be read
   */
  static File readable(String kubeconfig) {
    File file = new File(kubeconfig);
    if (!file.canRead()) {
      throw new SettingsException(List.of("--kubeconfig: can't read " + kubeconfig));
    }
    return file;
  }

  private static Duration parseAtLeast(String shortest, String text) {
    Duration duration = GoDuration.parse(text);
    if (duration.compareTo(GoDuration.parse(shortest)) < 0) {
      throw new IllegalArgumentException("\"" + text + "\" is less than " + shortest);
    }
    return duration;
  }

  private static Boolean parseBoolean(String text) {
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new IllegalArgumentException("\"" + text + "\" is neither true nor false");
    };
  }
}
