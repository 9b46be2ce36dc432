package io.macpool.operator;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.cluster.ClusterBoard;
import io.macpool.operator.cluster.ClusterEvents;
import io.macpool.operator.cluster.ClusterKey;
import io.macpool.operator.cluster.ClusterReconciler;
import io.macpool.operator.cluster.ClusterWatches;
import io.macpool.operator.cluster.Operation;
import io.macpool.operator.control.RemoteControl;
import io.macpool.operator.hardware.CapacitySource;
import io.macpool.operator.hardware.HardwarePoolReconciler;
import io.macpool.operator.hardware.SlotLedger;
import io.macpool.operator.queue.AmqpQueueDepth;
import io.macpool.operator.queue.ManagementQueueDepth;
import io.macpool.operator.queue.QueueDepth;
import io.macpool.operator.queue.QueuePoller;
import io.macpool.service.AdminRoutes;
import io.macpool.service.AdminServer;
import io.macpool.service.BuildInfo;
import io.macpool.service.EventLoops;
import io.macpool.service.Health;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.Secret;
import io.macpool.service.Setting;
import io.macpool.service.Settings;
import io.macpool.service.SettingsException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running operator. Closing it stops every loop; the workers go on as they are. */
public final class Operator implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Operator.class);

  private static final Duration STOP = Duration.ofSeconds(10);
  private static final int REPETITIONS = 5; // a tenth of a second later, then twice that, …
  private static final Duration SYNC = Duration.ofSeconds(30);

  private final Resources resources = new Resources();
  private final ClusterBoard board = new ClusterBoard();
  private final ClusterWatches watches = new ClusterWatches();
  private Leadership leadership;
  private SlotLedger ledger;
  private QueuePoller queues;
  private int adminPort;

  private Operator() {}

  /**
   * Starts watching; returns when the watches are in sync, or at once as a candidate for leader.
   *
   * @throws SettingsException if settings can't be used, naming them
   */
  public static Operator start(Settings settings) {
    Operator operator = new Operator();
    try {
      operator.run(settings);
      return operator;
    } catch (RuntimeException e) {
      operator.close();
      throw e;
    }
  }

  /** The port of health and metrics. */
  public int adminPort() {
    return adminPort;
  }

  /** Whether it leads, and so acts. */
  public boolean leads() {
    return leadership.leads();
  }

  private void run(Settings settings) {
    Clock clock = Clock.systemUTC();
    LeaseRenewals renewals = new LeaseRenewals(System::nanoTime);
    KubernetesClient client = resources.own("kubernetes", client(settings, renewals));
    String namespace =
        settings.find(OperatorSettings.WATCH_NAMESPACE).orElse(client.getNamespace());
    String name = settings.get(OperatorSettings.OPERATOR_NAME);
    PrometheusMeterRegistry registry = Metrics.registry();
    resources.own("metrics", registry::close);

    leadership = new Leadership(settings, client, renewals, System::nanoTime);
    ClusterReconciler clusters =
        new ClusterReconciler(operation(settings, client, name, clock), watches);
    HardwarePoolReconciler pools =
        new HardwarePoolReconciler(
            client,
            ledger,
            resources.own(
                "capacity", new CapacitySource(settings.find(OperatorSettings.BROKER_TOKEN))),
            new ClusterEvents(client, name, clock),
            clock,
            settings.get(OperatorSettings.CAPACITY_POLL_INTERVAL),
            leadership);
    resources.own("meters", new OperatorMeters(registry, queues, board, ledger));

    io.javaoperatorsdk.operator.Operator framework = framework(settings, client, registry);
    GenericRetry retry = retry(settings.get(OperatorSettings.RECONCILE_INTERVAL));
    framework.register(clusters, over -> configure(over, namespace, retry));
    framework.register(pools, over -> configurePools(over, namespace, retry));
    admin(settings, registry);
    resources.own("controllers", () -> leadership.stop(framework::stop));
    framework.start();
    log.info("watching {} as {}", namespace, name);
  }

  private Operation operation(
      Settings settings, KubernetesClient client, String name, Clock clock) {
    ledger =
        new SlotLedger(
            clock,
            watches::recordedClaims,
            (pool, cluster) -> watches.nudge(new ClusterKey(pool.namespace(), cluster)));
    queues =
        resources.own(
            "queues",
            new QueuePoller(
                depthSource(settings),
                settings.get(OperatorSettings.QUEUE_POLL_INTERVAL),
                settings.get(OperatorSettings.QUEUE_DEPTH_TOLERANCE),
                clock,
                watches::nudgeFollowersOf));
    return new Operation(
        client,
        resources.own(
            "remote control",
            new RemoteControl(settings.get(OperatorSettings.REMOTE_CONTROL_TIMEOUT))),
        queues,
        ledger,
        new ClusterEvents(client, name, clock),
        board,
        clock,
        settings.get(OperatorSettings.REMOTE_CONTROL_PORT),
        name,
        settings.get(OperatorSettings.RECONCILE_INTERVAL),
        settings.get(OperatorSettings.SETTLE_INTERVAL),
        leadership);
  }

  private static Optional<QueueDepth> depthSource(Settings settings) {
    return usable(settings, OperatorSettings.RABBITMQ_MANAGEMENT_URI, ManagementQueueDepth::new)
        .or(() -> usable(settings, OperatorSettings.AMQP_URI, AmqpQueueDepth::new));
  }

  private static Optional<QueueDepth> usable(
      Settings settings, Setting<Secret> setting, Function<Secret, QueueDepth> reader) {
    try {
      return settings.find(setting).map(reader);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(List.of(setting.name() + ": " + e.getMessage()));
    }
  }

  private static KubernetesClient client(Settings settings, LeaseRenewals renewals) {
    CallDeadlines deadlines =
        new CallDeadlines(
            settings.get(OperatorSettings.API_TIMEOUT),
            settings.get(OperatorSettings.LEASE_DURATION));
    return new KubernetesClientBuilder()
        .withConfig(kubernetesConfig(settings))
        .withHttpClientBuilderConsumer(
            http ->
                http.addOrReplaceInterceptor("deadlines", deadlines)
                    .addOrReplaceInterceptor("lease renewals", renewals))
        .build();
  }

  /**
   * The client repeats what fails, but not for minutes: rounds, watches and elections come again by
   * themselves. The first lists do not, and an API that was just told of a CRD refuses them.
   */
  private static Config kubernetesConfig(Settings settings) {
    Config config =
        settings
            .find(OperatorSettings.KUBECONFIG)
            .map(OperatorSettings::readable)
            .map(Config::fromKubeconfig)
            .orElseGet(() -> Config.autoConfigure(null));
    int patience = (int) settings.get(OperatorSettings.API_TIMEOUT).toMillis();
    config.setConnectionTimeout(patience);
    config.setRequestTimeout(patience);
    config.setRequestRetryBackoffLimit(REPETITIONS);
    return config;
  }

  private io.javaoperatorsdk.operator.Operator framework(
      Settings settings, KubernetesClient client, PrometheusMeterRegistry registry) {
    return new io.javaoperatorsdk.operator.Operator(
        over -> {
          over.withKubernetesClient(client)
              .withCloseClientOnStop(false)
              .withConcurrentReconciliationThreads(settings.get(OperatorSettings.RECONCILE_THREADS))
              .withReconciliationTerminationTimeout(STOP)
              .withCacheSyncTimeout(SYNC)
              .withParseResourceVersions(true)
              .withMetrics(new ReconcileTimer(registry))
              .withUseSSAToPatchPrimaryResource(false);
          leadership.election().ifPresent(over::withLeaderElectionConfiguration);
        });
  }

  private static void configure(
      ControllerConfigurationOverrider<WorkerCluster> over, String namespace, GenericRetry retry) {
    if (OperatorSettings.ALL_NAMESPACES.equals(namespace)) {
      over.watchingAllNamespaces();
    } else {
      over.settingNamespace(namespace);
    }
    // Annotations pause and force: they don't count as a new generation.
    over.withGenerationAware(false).withOnUpdateFilter(Operator::matters).withRetry(retry);
  }

  private static void configurePools(
      ControllerConfigurationOverrider<HardwarePool> over, String namespace, GenericRetry retry) {
    if (OperatorSettings.ALL_NAMESPACES.equals(namespace)) {
      over.watchingAllNamespaces();
    } else {
      over.settingNamespace(namespace);
    }
    over.withRetry(retry);
  }

  /** Everything but the status, which is our own to write. */
  private static boolean matters(WorkerCluster after, WorkerCluster before) {
    ObjectMeta is = after.getMetadata();
    ObjectMeta was = before.getMetadata();
    return is.getGeneration() == null
        || !is.getGeneration().equals(was.getGeneration())
        || is.getDeletionTimestamp() != null
        || !Objects.equals(is.getAnnotations(), was.getAnnotations())
        || !Objects.equals(is.getFinalizers(), was.getFinalizers());
  }

  /** What failed comes again later and later, but no later than what had nothing to do. */
  private static GenericRetry retry(Duration interval) {
    return new GenericRetry()
        .setInitialInterval(Duration.ofMillis(500))
        .setIntervalMultiplier(2)
        .setMaxInterval(interval.toMillis())
        .withoutMaxAttempts();
  }

  private void admin(Settings settings, PrometheusMeterRegistry registry) {
    Health health =
        new Health()
            .live("leadership", leadership::trouble)
            .ready(
                "leadership", () -> leads() ? Optional.empty() : Optional.of("another one leads"));
    Vertx vertx = resources.own("event loops", EventLoops.start(1)).vertx();
    BuildInfo build = BuildInfo.of("worker-operator", Operator.class);
    AdminServer server =
        resources.own(
            "admin",
            AdminServer.start(
                vertx,
                settings.get(OperatorSettings.ADMIN_ADDR),
                new AdminRoutes(build, health, registry)));
    adminPort = server.port();
  }

  @Override
  public void close() {
    resources.close();
  }
}
