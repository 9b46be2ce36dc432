package io.macpool.operator;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.macpool.core.FailureWords;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.cluster.ClusterReconciler;
import io.macpool.operator.cluster.ClusterWatches;
import io.macpool.operator.cluster.RoundContext;
import io.macpool.operator.cluster.report.ClusterEvents;
import io.macpool.operator.cluster.report.ClusterGauges;
import io.macpool.operator.cluster.report.LeaderApi;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.control.RemoteControl;
import io.macpool.operator.hardware.CapacitySource;
import io.macpool.operator.hardware.HardwarePoolReconciler;
import io.macpool.operator.hardware.SlotLedger;
import io.macpool.operator.queue.QueueDepth;
import io.macpool.operator.queue.QueuePoller;
import io.macpool.service.Resources;
import io.macpool.service.SteadyClock;
import io.macpool.service.setting.Settings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that acts, from when the Lease is won until it is lost: watches, rounds, what is remembered
 * between them. Nothing of it outlives the term.
 */
final class OperatorTerm implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(OperatorTerm.class);

  private static final Duration STOP = Duration.ofSeconds(10);
  private static final Duration SYNC = Duration.ofSeconds(30);

  private final Resources resources = new Resources();
  private final ClusterGauges gauges = new ClusterGauges();
  private final ClusterWatches watches = new ClusterWatches();
  private final Settings settings;
  private final KubernetesClient client;
  private final PrometheusMeterRegistry registry;
  private final Leadership leadership;
  private final ApiPatience patience;
  private final String namespace;
  private final String name;
  private final Runnable broken;
  private volatile boolean closed;

  private OperatorTerm(
      Settings settings,
      ApiConnection api,
      PrometheusMeterRegistry registry,
      Leadership leadership,
      Runnable broken) {
    this.settings = settings;
    this.client = api.client();
    this.patience = api.patience();
    this.namespace = api.namespace();
    this.registry = registry;
    this.leadership = leadership;
    this.broken = broken;
    name = settings.get(OperatorSettings.OPERATOR_NAME);
  }

  /**
   * Starts watching; returns when the watches are in sync.
   *
   * @param depths makes the source of queue depths; nothing if no broker is set
   * @param broken is told that the term can't go on
   */
  static OperatorTerm begin(
      Settings settings,
      ApiConnection api,
      PrometheusMeterRegistry registry,
      Leadership leadership,
      Supplier<Optional<QueueDepth>> depths,
      Runnable broken) {
    OperatorTerm term = new OperatorTerm(settings, api, registry, leadership, broken);
    try {
      term.run(depths.get());
      return term;
    } catch (OperatorException e) {
      term.close();
      throw new IllegalStateException(
          "can't watch the WorkerClusters of "
              + api.namespace()
              + " at "
              + api.client().getMasterUrl()
              + ": "
              + FailureWords.of(e)
              + ". Is the API up, are the chart's CRDs there, and does the service account have the"
              + " chart's role?",
          e);
    } catch (RuntimeException e) {
      term.close();
      throw e;
    }
  }

  private void run(Optional<QueueDepth> depths) {
    Clock clock = SteadyClock.begin();
    LeaderApi api =
        new LeaderApi(client, new ClusterEvents(client, name, clock), leadership, patience::asked);
    SlotLedger ledger =
        new SlotLedger(
            clock,
            watches::recordedClaims,
            (pool, cluster) -> watches.nudge(new ClusterKey(pool.namespace(), cluster)));
    QueuePoller queues =
        resources.own(
            "queues",
            new QueuePoller(
                depths,
                settings.get(OperatorSettings.QUEUE_POLL_INTERVAL),
                settings.get(OperatorSettings.QUEUE_DEPTH_TOLERANCE),
                clock,
                watches::nudgeFollowersOf));
    RemoteControl control =
        resources.own(
            "remote control",
            new RemoteControl(settings.get(OperatorSettings.REMOTE_CONTROL_TIMEOUT)));
    HardwarePoolReconciler pools =
        new HardwarePoolReconciler(
            api,
            ledger,
            resources.own(
                "capacity", new CapacitySource(settings.find(OperatorSettings.BROKER_TOKEN))),
            clock,
            settings.get(OperatorSettings.CAPACITY_POLL_INTERVAL));
    RoundContext roundContext =
        new RoundContext(
            new RoundContext.Options(
                name,
                settings.get(OperatorSettings.REMOTE_CONTROL_PORT),
                settings.get(OperatorSettings.RECONCILE_INTERVAL),
                settings.get(OperatorSettings.SETTLE_INTERVAL)),
            api,
            control,
            queues,
            ledger,
            gauges,
            clock,
            pools::isMissing);
    resources.own("meters", new OperatorMeters(registry, queues, gauges, ledger, clock));

    io.javaoperatorsdk.operator.Operator framework = framework();
    GenericRetry retry = retry(settings.get(OperatorSettings.RECONCILE_INTERVAL));
    framework.register(
        new ClusterReconciler(roundContext, watches),
        over -> {
          watch(over, namespace);
          // Annotations pause and force: they don't count as a new generation.
          over.withGenerationAware(false)
              .withOnUpdateFilter(OperatorTerm::matters)
              .withRetry(retry);
        });
    framework.register(
        pools,
        over -> {
          watch(over, namespace);
          over.withRetry(retry);
        });
    resources.own("controllers", framework::stop);
    framework.start();
    pools.inSync();
    log.info("watching {} as {}", namespace, name);
  }

  private io.javaoperatorsdk.operator.Operator framework() {
    return new io.javaoperatorsdk.operator.Operator(
        over ->
            over.withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withConcurrentReconciliationThreads(
                    settings.get(OperatorSettings.RECONCILE_THREADS))
                .withReconciliationTerminationTimeout(STOP)
                .withCacheSyncTimeout(SYNC)
                .withParseResourceVersions(true)
                .withMetrics(new ReconcileTimer(registry))
                // Without this the framework ends the process.
                .withInformerStoppedHandler((informer, failure) -> stopped(failure))
                .withUseSSAToPatchPrimaryResource(false));
  }

  /** A watch that gave up sees nothing more: the term begins anew, with new ones. */
  private void stopped(Throwable failure) {
    if (failure != null && !closed) {
      log.warn("a watch has stopped, all are begun anew: {}", FailureWords.of(failure));
      broken.run();
    }
  }

  private static void watch(ControllerConfigurationOverrider<?> over, String namespace) {
    if (OperatorSettings.ALL_NAMESPACES.equals(namespace)) {
      over.watchingAllNamespaces();
    } else {
      over.settingNamespace(namespace);
    }
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

  @Override
  public void close() {
    closed = true;
    resources.close();
  }
}
