package io.macpool.brain;

import io.macpool.brain.http.AccessTokens;
import io.macpool.brain.http.ApiOptions;
import io.macpool.brain.http.ApiServer;
import io.macpool.brain.ledger.DatabaseAddress;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.lifecycle.Checkpoint;
import io.macpool.brain.lifecycle.Cordons;
import io.macpool.brain.lifecycle.Creations;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.LedgerDesk;
import io.macpool.brain.lifecycle.LiveInstances;
import io.macpool.brain.lifecycle.Placement;
import io.macpool.brain.lifecycle.Quarantine;
import io.macpool.brain.lifecycle.Reclaimer;
import io.macpool.brain.lifecycle.Reconciler;
import io.macpool.brain.lifecycle.WarmPool;
import io.macpool.brain.lifecycle.WarmShelf;
import io.macpool.brain.vsphere.TrustPolicy;
import io.macpool.brain.vsphere.VSphereEndpoint;
import io.macpool.brain.vsphere.VSphereHypervisor;
import io.macpool.brain.vsphere.VSphereOptions;
import io.macpool.core.fleet.ReclaimPlanner;
import io.macpool.core.fleet.WarmPoolPlanner;
import io.macpool.service.AdminRoutes;
import io.macpool.service.AdminServer;
import io.macpool.service.BuildInfo;
import io.macpool.service.Health;
import io.macpool.service.ListenAddress;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.Secret;
import io.macpool.service.Setting;
import io.macpool.service.Settings;
import io.macpool.service.SettingsException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running broker. Closing it ends its requests, its session with vCenter and its threads. */
public final class JupiterBrain implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(JupiterBrain.class);

  /** By then vCenter shows a clone that was asked for, as a machine or as a task. */
  private static final Duration CLONE_APPEARS = Duration.ofSeconds(30);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final Resources resources = new Resources();
  private ApiServer api;
  private int adminPort;

  private JupiterBrain() {}

  /**
   * Starts to listen and to connect to vCenter; returns before vCenter has answered, as a vCenter
   * that is away is waited for and shows in readiness.
   *
   * @throws SettingsException naming every setting whose value can't be used
   * @throws io.macpool.brain.ledger.LedgerException if the ledger can't be had
   * @throws IllegalStateException if an address can't be listened on
   */
  public static JupiterBrain start(Settings settings) {
    return start(settings, Checkpoint.NONE);
  }

  /** As {@link #start(Settings)}, telling the tests of each step that a crash could follow. */
  static JupiterBrain start(Settings settings, Checkpoint checkpoint) {
    Wanted wanted = new Wanted(settings);
    JupiterBrain brain = new JupiterBrain();
    try {
      brain.begin(settings, wanted, checkpoint);
      return brain;
    } catch (RuntimeException e) {
      brain.close();
      throw e;
    }
  }

  /** Settings that are more than one value can be checked against; all problems at once. */
  private static final class Wanted {

    private final List<String> problems = new ArrayList<>();
    private final AccessTokens tokens = new AccessTokens();
    private final VSphereEndpoint endpoint;
    private final TrustPolicy trust;
    private final DatabaseAddress database;
    private final List<WarmPoolPlanner.Policy> warm;

    Wanted(Settings settings) {
      settings
          .find(BrainSettings.AUTH_TOKEN)
          .ifPresent(
              token ->
                  check(
                      BrainSettings.AUTH_TOKEN,
                      () -> tokens.add(token, new AccessTokens.Client("default", false))));
      settings
          .find(BrainSettings.AUTH_TOKENS)
          .ifPresent(list -> check(BrainSettings.AUTH_TOKENS, () -> tokens.addAll(list, false)));
      settings
          .find(BrainSettings.READ_TOKENS)
          .ifPresent(list -> check(BrainSettings.READ_TOKENS, () -> tokens.addAll(list, true)));
      if (tokens.isEmpty() && problems.isEmpty()) {
        problems.add("AUTH_TOKEN or AUTH_TOKENS is required: without one nobody may call");
      }
      Secret url = settings.get(BrainSettings.VSPHERE_API_URL);
      endpoint = check(BrainSettings.VSPHERE_API_URL, () -> VSphereEndpoint.parse(url));
      trust = trust(settings);
      database =
          settings
              .find(BrainSettings.DATABASE_URL)
              .map(
                  database ->
                      check(BrainSettings.DATABASE_URL, () -> DatabaseAddress.postgres(database)))
              .orElseGet(
                  () ->
                      settings
                          .find(BrainSettings.LEDGER_FILE)
                          .map(file -> DatabaseAddress.file(Path.of(file)))
                          .orElseGet(DatabaseAddress::memory));
      warm =
          settings
              .find(BrainSettings.WARM)
              .map(text -> check(BrainSettings.WARM, () -> WarmPolicies.parse(text)))
              .orElse(List.of());
      if (!problems.isEmpty()) {
        throw new SettingsException(problems);
      }
    }

    private TrustPolicy trust(Settings settings) {
      Optional<String> pem = settings.find(BrainSettings.VSPHERE_CA_FILE);
      Optional<String> thumbprint = settings.find(BrainSettings.VSPHERE_THUMBPRINT);
      if (settings.get(BrainSettings.VSPHERE_INSECURE)) {
        log.warn(
            "vCenter's certificate is NOT verified: whoever sits between may read the password;"
                + " set --vsphere-ca-file or --vsphere-thumbprint instead of --vsphere-insecure");
        return TrustPolicy.insecure();
      }
      if (thumbprint.isPresent()) {
        return check(
            BrainSettings.VSPHERE_THUMBPRINT, () -> TrustPolicy.thumbprint(thumbprint.get()));
      }
      return check(BrainSettings.VSPHERE_CA_FILE, () -> TrustPolicy.authorities(pem.map(Path::of)));
    }

    private <T> T check(Setting<?> setting, Supplier<T> parser) {
      try {
        return parser.get();
      } catch (IllegalArgumentException e) {
        problems.add(setting.name() + ": " + e.getMessage());
        return null;
      }
    }
  }

  private void begin(Settings settings, Wanted wanted, Checkpoint checkpoint) {
    Clock clock = Clock.systemUTC();
    String broker = UUID.randomUUID().toString();
    PrometheusMeterRegistry meters = Metrics.registry();
    resources.own("meters", meters::close);
    Vertx vertx = vertx();
    int connections = settings.get(BrainSettings.DATABASE_POOL_SIZE);
    Ledger ledger = resources.own("ledger", Ledger.open(wanted.database, connections, clock));
    if (!ledger.isShared()) {
      log.warn(
          "the ledger is embedded, for one replica only{}",
          settings.find(BrainSettings.LEDGER_FILE).isPresent()
              ? ""
              : ", and in memory: at a restart, instances in use are adopted without their owner");
    }
    VSphereHypervisor hypervisor =
        resources.own(
            "vSphere", VSphereHypervisor.start(vertx, vsphere(settings, wanted), meters, clock));
    LedgerDesk desk = resources.own("ledger's threads", new LedgerDesk(ledger, connections));
    LiveInstances live = new LiveInstances();
    Cordons cordons = new Cordons(desk);
    Reclaimer reclaimer =
        new Reclaimer(
            desk,
            live,
            hypervisor,
            settings.get(BrainSettings.VSPHERE_CONCURRENT_DELETE_OPERATIONS),
            checkpoint,
            meters);
    Quarantine quarantine =
        new Quarantine(
            settings.get(BrainSettings.QUARANTINE_AFTER),
            settings.get(BrainSettings.QUARANTINE_FOR),
            clock);
    WarmShelf shelf = new WarmShelf(live, reclaimer, clock);
    Creations creations =
        new Creations(
            desk,
            live,
            hypervisor,
            reclaimer,
            cordons,
            quarantine,
            shelf,
            limits(settings),
            broker,
            checkpoint,
            clock,
            meters);
    Instances instances =
        new Instances(desk, live, hypervisor, creations, reclaimer, broker, checkpoint, clock);
    Reconciler reconciler =
        resources.own(
            "reconciler",
            new Reconciler(
                ledger,
                live,
                hypervisor,
                reclaimer,
                cordons,
                broker,
                reconciliation(settings),
                clock,
                meters));
    reconciler.start();
    resources
        .own(
            "warm pool",
            new WarmPool(
                wanted.warm,
                settings.get(BrainSettings.WARM_BOOT_TIMEOUT),
                settings.get(BrainSettings.SSH_PORT),
                vertx,
                desk,
                live,
                hypervisor,
                creations,
                shelf,
                reclaimer,
                cordons,
                clock,
                meters))
        .start();
    Health health = new Health();
    health.ready(
        "vcenter",
        () -> hypervisor.inventory().match(k -> Optional.empty(), u -> Optional.of(u.cause())));
    health.ready("hosts", reconciler::notReady);
    AdminRoutes admin =
        new AdminRoutes(BuildInfo.of("jupiter-brain", JupiterBrain.class), health, meters);
    Optional<ListenAddress> adminAddress = settings.find(BrainSettings.ADMIN_ADDR);
    ApiOptions options =
        new ApiOptions(
            settings.get(BrainSettings.ADDR),
            settings.get(BrainSettings.REQUEST_TIMEOUT),
            settings.get(BrainSettings.MAX_CPUS),
            settings.get(BrainSettings.MAX_RAM),
            settings.get(BrainSettings.SLOTS_PER_HOST));
    api =
        resources.own(
            "API",
            ApiServer.start(
                vertx,
                options,
                wanted.tokens,
                instances,
                live,
                hypervisor,
                cordons,
                quarantine,
                adminAddress.isEmpty() ? Optional.of(admin) : Optional.empty(),
                meters,
                clock));
    adminPort = api.port();
    if (adminAddress.isPresent()) {
      AdminServer server =
          resources.own("admin port", AdminServer.start(vertx, adminAddress.get(), admin));
      adminPort = server.port();
    }
    log.info("listening on port {}, health and metrics on port {}", api.port(), adminPort);
  }

  private Vertx vertx() {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(1));
    resources.own(
        "event loops",
        () ->
            vertx
                .close()
                .toCompletionStage()
                .toCompletableFuture()
                .get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    return vertx;
  }

  private static VSphereOptions vsphere(Settings settings, Wanted wanted) {
    return new VSphereOptions(
        wanted.endpoint,
        wanted.trust,
        settings.get(BrainSettings.VSPHERE_BASE_PATH),
        settings.get(BrainSettings.VSPHERE_VM_PATH),
        settings.get(BrainSettings.VSPHERE_CLUSTER_PATH),
        settings.get(BrainSettings.VSPHERE_CALL_TIMEOUT),
        settings.get(BrainSettings.VSPHERE_TASK_TIMEOUT),
        settings.get(BrainSettings.VSPHERE_STALE_AFTER),
        settings.get(BrainSettings.VSPHERE_CONCURRENT_READ_OPERATIONS));
  }

  private static Creations.Limits limits(Settings settings) {
    return new Creations.Limits(
        new Placement.Rules(
            settings.get(BrainSettings.PLACEMENT),
            settings.get(BrainSettings.SLOTS_PER_HOST),
            settings.get(BrainSettings.HOST_CONCURRENT_OPERATIONS),
            settings.get(BrainSettings.VSPHERE_CONCURRENT_CREATE_OPERATIONS)),
        settings.get(BrainSettings.VSPHERE_TASK_TIMEOUT),
        settings.get(BrainSettings.WAIT_WHEN_FULL),
        settings.get(BrainSettings.OWNER_QUOTA));
  }

  private static Reconciler.Options reconciliation(Settings settings) {
    Duration interval = settings.get(BrainSettings.RECONCILE_INTERVAL);
    return new Reconciler.Options(
        interval,
        interval.multipliedBy(2),
        settings.get(BrainSettings.LEDGER_KEEP),
        settings.get(BrainSettings.SLOTS_PER_HOST),
        settings.get(BrainSettings.DRY_RUN),
        new ReclaimPlanner.Policy(
            settings.get(BrainSettings.JANITOR_CUTOFF),
            settings.get(BrainSettings.JANITOR_ZERO_UPTIME_CUTOFF),
            shorter(settings.get(BrainSettings.REQUEST_TIMEOUT), CLONE_APPEARS),
            interval.multipliedBy(3),
            interval.dividedBy(2),
            false,
            settings.get(BrainSettings.DESTROY_BUDGET)));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** The port that the API listens on. */
  public int port() {
    return api.port();
  }

  /** The port of health, metrics and build info: the API's own unless one was set for them. */
  public int adminPort() {
    return adminPort;
  }

  @Override
  public void close() {
    resources.close();
  }
}
