package io.macpool.brain;

import io.macpool.brain.http.ApiServer;
import io.macpool.brain.http.Backend;
import io.macpool.brain.http.OpenApiRoute;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.Providers;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.WarmPool;
import io.macpool.brain.lifecycle.create.CreateReport;
import io.macpool.brain.lifecycle.create.Creations;
import io.macpool.brain.lifecycle.create.Provisioning;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.execution.ProcessRuntime;
import io.macpool.brain.lifecycle.execution.SshProbe;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.hygiene.Probes;
import io.macpool.brain.lifecycle.reclaim.DestroyBackoff;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.reconcile.Reconciler;
import io.macpool.brain.lifecycle.reconcile.SubReconcilers;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.HostWatch;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.brain.lifecycle.slots.PendingSlots;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.brain.lifecycle.slots.SlotAvailability;
import io.macpool.brain.lifecycle.slots.SlotFollower;
import io.macpool.brain.tart.TartHypervisor;
import io.macpool.brain.vsphere.VSphereHypervisor;
import io.macpool.service.BuildInfo;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.http.AdminRoutes;
import io.macpool.service.http.AdminServer;
import io.macpool.service.http.EventLoops;
import io.macpool.service.http.Health;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.trace.Traces;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker. Closing it lets what is under way end, within DRAIN_TIMEOUT, and takes nothing
 * new meanwhile; then its sessions with vCenter and Macs, and its threads, end.
 */
public final class JupiterBrain implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(JupiterBrain.class);

  private final Resources resources = new Resources();
  private volatile @Nullable ApiServer api;
  private Duration drainLimit = Duration.ZERO;
  private int adminPort;

  private JupiterBrain() {}

  /**
   * Starts to listen and to connect to vCenter and to Macs; returns before they have answered, as
   * one that is away is waited for and shows in readiness.
   *
   * @throws SettingsException naming every setting whose value can't be used
   * @throws io.macpool.brain.ledger.database.LedgerException if the ledger can't be had
   * @throws IllegalStateException if an address can't be listened on
   */
  public static JupiterBrain start(Settings settings) {
    return start(settings, CrashPoint.NONE);
  }

  /** As {@link #start(Settings)}, telling the tests of each step that a crash could follow. */
  static JupiterBrain start(Settings settings, CrashPoint checkpoint) {
    BrainOptions options = new BrainOptions(settings);
    JupiterBrain brain = new JupiterBrain();
    try {
      brain.begin(settings, options, checkpoint);
      return brain;
    } catch (RuntimeException e) {
      brain.close();
      throw e;
    }
  }

  private void begin(Settings settings, BrainOptions options, CrashPoint checkpoint) {
    drainLimit = settings.get(BrainSettings.DRAIN_TIMEOUT);
    PrometheusMeterRegistry meters = Metrics.registry();
    resources.own("meters", meters::close);
    Traces traces =
        resources.own("traces", Traces.to(settings.find(Traces.COLLECTOR), "jupiter-brain"));
    Vertx vertx = resources.own("event loops", EventLoops.start(2)).vertx();
    int connections = settings.get(BrainSettings.DATABASE_POOL_SIZE);
    Ledger ledger = resources.own("ledger", Ledger.open(options.database(), connections));
    if (!ledger.isShared()) {
      log.warn(
          "the ledger is embedded, for one replica only{}",
          settings.find(BrainSettings.LEDGER_FILE).isPresent()
              ? ""
              : ", and in memory: at a restart, instances in use are adopted without their owner");
    }
    Clock clock = ledger.clock();
    BrokerProcess process =
        new BrokerProcess(
            UUID.randomUUID().toString(), new ProcessRuntime(clock), checkpoint, meters);

    Optional<VSphereHypervisor> vsphere =
        options
            .vsphere()
            .map(
                access ->
                    resources.own(
                        "vSphere", VSphereHypervisor.start(vertx, access, meters, clock)));
    Optional<TartHypervisor> tart =
        options
            .tart()
            .map(access -> resources.own("Macs with tart", start(access, vertx, process)));
    Hypervisor hypervisor = hypervisor(vsphere, tart);

    LedgerExecutor executor =
        resources.own(
            "ledger's threads", new LedgerExecutor(ledger, connections, process.runtime()));
    LiveInstances live = new LiveInstances(clock);
    FleetState fleet = new FleetState(executor, live, hypervisor);
    SlotAvailability availability =
        new SlotAvailability(
            new Cordons(executor),
            new Quarantine(
                options.attribution(),
                options.rests(),
                id -> hypervisor.lastKnown().hostName(id),
                clock,
                meters),
            new PendingSlots(live, hypervisor.peer(), meters));
    DestroyBackoff backoff = new DestroyBackoff(hypervisor::lastKnown, clock, meters);
    Reclaimer reclaimer =
        new Reclaimer(
            fleet,
            process,
            backoff,
            settings.get(VSphereSettings.VSPHERE_CONCURRENT_DELETE_OPERATIONS));
    Creations creations =
        new Creations(
            fleet,
            process,
            availability,
            reclaimer,
            options.limits(),
            new CreateReport(meters, traces));
    Provisioning provisioning = new Provisioning(creations, reclaimer);
    Reconciler.Options reconciliation = options.reconciliation();
    Leases leases =
        new Leases(
            executor,
            reclaimer,
            reconciliation.interval().multipliedBy(3),
            reconciliation.dryRun(),
            clock,
            meters);
    Instances instances = new Instances(fleet, process, provisioning, leases);

    SlotFollower slots =
        new SlotFollower(ledger, live, settings.get(BrainSettings.SLOTS_PER_HOST), meters);
    HostWatch hosts = new HostWatch(live, meters);
    HostHygiene hygiene =
        resources.own(
            "host hygiene",
            new HostHygiene(
                options.hygiene(),
                fleet,
                process,
                provisioning,
                availability.quarantine(),
                new Probes(vertx, settings.get(BrainSettings.SSH_PORT), clock)));
    SubReconcilers parts =
        new SubReconcilers(availability.cordons(), leases, slots, hosts, hygiene);
    Reconciler reconciler =
        resources.own(
            "reconciler", new Reconciler(reconciliation, ledger, fleet, process, reclaimer, parts));
    reconciler.start();
    SshProbe probe =
        resources.own("SSH probe", new SshProbe(vertx, settings.get(BrainSettings.SSH_PORT)));
    resources
        .own(
            "warm pool",
            new WarmPool(
                options.warm(),
                fleet,
                process,
                provisioning,
                availability.cordons(),
                probe::answers))
        .start();

    BrokerHealth signs =
        new BrokerHealth(vsphere, tart, hypervisor, backoff, availability.quarantine());
    Health health = signs.checks(reconciler, parts);
    AdminRoutes admin =
        new AdminRoutes(BuildInfo.of("jupiter-brain", JupiterBrain.class), health, meters);
    OpenApiRoute document = new OpenApiRoute();
    Consumer<Router> open =
        router -> {
          admin.mount(router);
          document.mount(router);
        };
    Optional<ListenAddress> adminAddress = settings.find(BrainSettings.ADMIN_ADDR);
    Backend backend =
        new Backend(
            instances,
            leases,
            fleet,
            availability,
            hygiene,
            () -> List.copyOf(health.warnings().values()));
    ApiServer listening =
        resources.own(
            "API",
            ApiServer.start(
                vertx,
                options.api(),
                options.tokens(),
                backend,
                adminAddress.isEmpty() ? open : router -> {},
                process));
    api = listening;
    adminPort = listening.port();
    if (adminAddress.isPresent()) {
      AdminServer server =
          resources.own("admin port", AdminServer.start(vertx, adminAddress.get(), open));
      adminPort = server.port();
    }
    health.ready("api", listening::stopping);
    log.info("listening on port {}, health and metrics on port {}", listening.port(), adminPort);
  }

  private static TartHypervisor start(TartAccess access, Vertx vertx, BrokerProcess process) {
    return TartHypervisor.start(
        vertx, access.options(), access.file(), process.meters(), process.clock());
  }

  /** Of vCenter alone as it always was; with Macs, also alone, each thing tells its provider. */
  private static Hypervisor hypervisor(
      Optional<VSphereHypervisor> vsphere, Optional<TartHypervisor> tart) {
    if (tart.isEmpty()) {
      return vsphere.orElseThrow(); // else there was a problem with the settings
    }
    List<Providers.Provider> providers = new ArrayList<>();
    vsphere.ifPresent(vcenter -> providers.add(new Providers.Provider("vsphere", "", vcenter)));
    providers.add(
        new Providers.Provider(TartHypervisor.PROVIDER, TartHypervisor.PREFIX, tart.get()));
    return new Providers(providers);
  }

  /** The port that the API listens on. */
  public int port() {
    return Objects.requireNonNull(api, "it is started").port();
  }

  /** The port of health, metrics and build info: the API's own unless one was set for them. */
  public int adminPort() {
    return adminPort;
  }

  @Override
  public void close() {
    if (api != null) {
      api.drain(drainLimit);
    }
    resources.close();
  }
}
