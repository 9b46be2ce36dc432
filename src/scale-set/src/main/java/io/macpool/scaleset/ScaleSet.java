package io.macpool.scaleset;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.BrokerException;
import io.macpool.broker.Instance;
import io.macpool.broker.InstanceLease;
import io.macpool.broker.NewInstance;
import io.macpool.broker.net.Retries;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.core.runner.RunnerPolicy;
import io.macpool.guest.ssh.GuestKey;
import io.macpool.guest.ssh.GuestSessions;
import io.macpool.scaleset.github.GitHubException;
import io.macpool.scaleset.github.GitHubWay;
import io.macpool.scaleset.github.Identity;
import io.macpool.scaleset.github.MessageSession;
import io.macpool.scaleset.github.Patience;
import io.macpool.scaleset.github.RunnerService;
import io.macpool.service.BuildInfo;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.SteadyClock;
import io.macpool.service.http.AdminRoutes;
import io.macpool.service.http.AdminServer;
import io.macpool.service.http.EventLoops;
import io.macpool.service.http.Health;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running scale set. Closing it ends its session and leaves runners that have a job as they are,
 * for a successor that comes before the lease ends.
 */
public final class ScaleSet implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ScaleSet.class);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  private final Resources resources = new Resources();
  private int adminPort;

  private ScaleSet() {}

  /**
   * Starts; returns before GitHub or the broker have answered.
   *
   * @throws SettingsException naming what can't be used
   * @throws IllegalStateException if the address can't be listened on
   */
  public static ScaleSet start(Settings settings) {
    ScaleSet started = new ScaleSet();
    try {
      started.begin(settings);
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  /** The port of health and metrics. */
  public int adminPort() {
    return adminPort;
  }

  private void begin(Settings settings) {
    Identity identity = GitHubClient.identity(settings);
    RunnerPolicy policy = policy(settings);
    GuestKey key = key(settings);
    BrokerEndpoint endpoint = endpoint(settings.get(ScaleSetSettings.BROKER_URL));
    Clock clock = SteadyClock.begin();
    PrometheusMeterRegistry registry = Metrics.registry();
    resources.own("meters", registry::close);
    ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, Threads.named("broker"));
    resources.own("timer", timer::shutdownNow);
    ExecutorService readers = Executors.newCachedThreadPool(Threads.named("io"));
    resources.own("readers", readers::shutdownNow);
    GitHubWay way = GitHubClient.way(settings, readers);
    RunnerService service =
        new RunnerService(
            way, settings.get(ScaleSetSettings.GITHUB_URL), identity, Patience.USUAL, clock);
    String name = settings.get(ScaleSetSettings.NAME);
    String lease = "scale-set-" + name;
    BrokerClient plain =
        new BrokerClient(endpoint, RetryPolicy.DEFAULT, readers, timer)
            .readingWithin(ANSWER_WITHIN);
    GuestSessions guests =
        resources.own(
            "ssh",
            GuestSessions.start(
                key,
                settings.get(ScaleSetSettings.SSH_USER),
                settings.get(ScaleSetSettings.SSH_PORT),
                KEEP_ALIVE,
                readers));
    RunnerMeters meters = new RunnerMeters(registry);
    RunnerBackoff setbacks = new RunnerBackoff(clock);
    AtomicReference<Runnable> capacityChanged = new AtomicReference<>(() -> {});
    RunnerPlace place =
        new RunnerPlace(
            service,
            new ScaleSetId(service, settings),
            name,
            plain.leasedBy(lease),
            NewInstance.of(
                settings.get(ScaleSetSettings.IMAGE),
                asTheImageHas(settings.get(ScaleSetSettings.CPUS)),
                Optional.ofNullable(asTheImageHas(settings.get(ScaleSetSettings.RAM)))
                    .map(Integer::longValue)
                    .orElse(null)),
            guests,
            settings.get(ScaleSetSettings.RUNNER_COMMAND),
            settings.get(ScaleSetSettings.BOOT_TIMEOUT));
    RunnerFleet fleet =
        resources.own(
            "runners",
            new RunnerFleet(
                place,
                policy,
                meters,
                setbacks,
                clock,
                () -> Objects.requireNonNull(capacityChanged.get()).run()));
    JobListener listener =
        resources.own(
            "session",
            new JobListener(
                () -> open(service, place),
                fleet,
                () -> adopt(fleet, plain, lease),
                () -> service.assigned(place.scaleSet().get()),
                meters));
    capacityChanged.set(listener::capacityChanged);
    Health health =
        new Health().ready("session", listener::trouble).warning("runners", fleet::warning);
    admin(settings, health, registry);
    // From the start: what a predecessor left must live until the session is ours.
    resources.own(
        "lease", new InstanceLease(plain, lease, settings.get(ScaleSetSettings.LEASE), timer));
    new Leftovers(plain, lease, fleet::instances, clock).start(timer);
    fleet.start();
    listener.start();
  }

  private void admin(Settings settings, Health health, PrometheusMeterRegistry registry) {
    Vertx vertx = resources.own("event loops", EventLoops.start(1)).vertx();
    AdminServer admin =
        resources.own(
            "admin",
            AdminServer.start(
                vertx,
                settings.get(ScaleSetSettings.ADMIN_ADDR),
                new AdminRoutes(BuildInfo.of("scale-set", ScaleSet.class), health, registry)));
    adminPort = admin.port();
  }

  private static MessageSession open(RunnerService service, RunnerPlace place) {
    try {
      return service.open(place.scaleSet().get(), owner());
    } catch (GitHubException e) {
      if (e.reason() == GitHubException.Reason.NOT_FOUND) {
        place.scaleSet().forget(); // somebody deleted it: it is made again
      }
      throw e;
    }
  }

  /** Shown to those who find the session taken. */
  private static String owner() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "scale-set";
    }
  }

  /** Fails, and is done again, until broker and GitHub have answered. */
  private static void adopt(RunnerFleet fleet, BrokerClient broker, String lease) {
    if (fleet.isAdopted()) {
      return;
    }
    try {
      Optional<List<Instance>> held = broker.heldUnder(lease).join();
      if (held.isEmpty()) {
        log.warn(
            "this broker does not tell what a lease holds: runners of a predecessor are not found;"
                + " they hold their Macs until the broker's own limit");
      }
      fleet.adopt(held.orElse(List.of()));
    } catch (CompletionException e) {
      throw Retries.cause(e) instanceof BrokerException known ? known : e;
    }
  }

  private static @Nullable Integer asTheImageHas(int set) {
    return set == 0 ? null : set;
  }

  private static RunnerPolicy policy(Settings settings) {
    int least = settings.get(ScaleSetSettings.MIN_RUNNERS);
    int most = settings.get(ScaleSetSettings.MAX_RUNNERS);
    if (least > most) {
      throw new SettingsException(
          List.of("--min-runners: %d is more than --max-runners, %d".formatted(least, most)));
    }
    return new RunnerPolicy(least, most);
  }

  private static GuestKey key(Settings settings) {
    try {
      return GuestKey.load(Path.of(settings.get(ScaleSetSettings.SSH_KEY_FILE)), Optional.empty())
          .namedBy(ScaleSetSettings.SSH_KEY_FILE.flag());
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          List.of(ScaleSetSettings.SSH_KEY_FILE.flag() + ": " + e.getMessage()));
    }
  }

  private static BrokerEndpoint endpoint(Secret url) {
    try {
      return BrokerEndpoint.parse(url.reveal());
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          List.of(ScaleSetSettings.BROKER_URL.flag() + ": " + e.getMessage()));
    }
  }

  @Override
  public void close() {
    resources.close();
  }
}
