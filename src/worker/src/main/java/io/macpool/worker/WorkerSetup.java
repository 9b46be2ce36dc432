package io.macpool.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.InstanceLease;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.guest.ssh.GuestKey;
import io.macpool.guest.ssh.GuestSessions;
import io.macpool.service.BuildInfo;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.SteadyClock;
import io.macpool.service.http.AdminRoutes;
import io.macpool.service.http.EventLoops;
import io.macpool.service.http.Health;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Settings;
import io.macpool.service.trace.Traces;
import io.macpool.worker.buildtrace.BuildTraces;
import io.macpool.worker.image.ImageSelector;
import io.macpool.worker.image.ServiceImageSelector;
import io.macpool.worker.image.SettingsImageSelector;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.StartFailures;
import io.macpool.worker.job.processor.CapacityGate;
import io.macpool.worker.job.processor.Intake;
import io.macpool.worker.job.processor.ProcessorPool;
import io.macpool.worker.job.processor.RunningJobs;
import io.macpool.worker.job.processor.SlotGate;
import io.macpool.worker.job.run.JobDependencies;
import io.macpool.worker.job.run.JobMeters;
import io.macpool.worker.job.run.JobPolicy;
import io.macpool.worker.job.run.WorkerFacts;
import io.macpool.worker.queue.AmqpCommands;
import io.macpool.worker.remote.ControlledWorker;
import io.macpool.worker.remote.RemoteControl;
import io.macpool.worker.script.InsecureTrust;
import io.macpool.worker.script.ScriptClient;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires a worker from its settings; whatever it opens belongs to the given resources. */
final class WorkerSetup {

  private static final Logger log = LoggerFactory.getLogger(WorkerSetup.class);

  private final Resources resources;
  private final Settings settings;
  private final WorkerThreads threads;
  private final PrometheusMeterRegistry registry = Metrics.registry();
  private final Clock clock = SteadyClock.begin();
  private final Clock wall = SteadyClock.wall();
  private final BuildInfo build = BuildInfo.of("worker", Worker.class);
  private final QueueWiring side;
  private final RunningJobs running = new RunningJobs(wall);
  private final StartFailures startFailures;
  private final JobQueue queue;
  private final ProcessorPool pool;

  WorkerSetup(Resources resources, Settings settings) {
    this.resources = resources;
    this.settings = settings;
    GuestKey key = SettingsCheck.keyOrProblems(settings);
    this.threads = resources.own("threads", new WorkerThreads());
    this.side = QueueWiring.open(settings, hostname(), resources, threads, this::command);
    this.startFailures = new StartFailures(side.claims());
    this.queue = side.jobs();
    JobDependencies dependencies = dependencies(key);
    Intake intake = new Intake(dependencies, running);
    queue.attend(running);
    this.pool =
        new ProcessorPool(
            ProcessHandle.current().pid() + "." + dependencies.facts().hostname(),
            queue,
            intake,
            gate(dependencies),
            threads.steps());
    Gauge.builder("worker.pool.size", pool, p -> p.view().alive()).register(registry);
    Gauge.builder("worker.pool.expected", pool, p -> p.view().expected()).register(registry);
    side.channels().forEach(this::channelGauge);
    side.warnings().forEach(this::channelGauge);
    Gauge.builder("worker.jobs.running", running, r -> r.all().size()).register(registry);
  }

  /** 1: it serves. */
  private void channelGauge(String name, Supplier<Optional<String>> outage) {
    Gauge.builder("worker.channel.serving", outage, o -> o.get().isEmpty() ? 1 : 0)
        .tag("channel", name.replace(' ', '-'))
        .description("whether what jobs need of the job broker is there")
        .register(registry);
  }

  ProcessorPool pool() {
    return pool;
  }

  RunningJobs running() {
    return running;
  }

  JobQueue queue() {
    return queue;
  }

  /** Connects; everybody who needs a connection is there by now. */
  void begin() {
    side.begin().run();
  }

  Optional<RemoteControl> remoteControl(ControlledWorker.Shutdown shutdown) {
    return settings
        .find(WorkerSettings.REMOTE_CONTROLLER_ADDR)
        .map(
            address -> {
              Vertx vertx = resources.own("event loops", EventLoops.start(1)).vertx();
              Health health = new Health();
              side.channels().forEach(health::ready);
              side.warnings().forEach(health::warning);
              if (side.channels().isEmpty()) {
                health.ready("queue", queue::outage);
              }
              return resources.own(
                  "remote control",
                  RemoteControl.start(
                      vertx,
                      address,
                      credentials(),
                      new AdminRoutes(build, health, registry),
                      new ControlledWorker(
                          build, pool, () -> outage(health), health::warnings, shutdown),
                      clock));
            });
  }

  private static Optional<String> outage(Health health) {
    return health.readinessFailures().entrySet().stream()
        .map(failure -> failure.getKey() + ": " + failure.getValue())
        .reduce((one, other) -> one + "\n" + other);
  }

  /** Without any nobody may give orders; health and metrics are there for everybody. */
  private Optional<Secret> credentials() {
    Optional<Secret> credentials = settings.find(WorkerSettings.REMOTE_CONTROLLER_AUTH);
    if (credentials.isEmpty()) {
      log.warn(
          "REMOTE_CONTROLLER_AUTH is not set: health and metrics are served, remote control is"
              + " not");
    }
    return credentials;
  }

  private SlotGate gate(JobDependencies dependencies) {
    if (!settings.get(InstanceSettings.RESERVE_BEFORE_TAKE)) {
      return SlotGate.open();
    }
    CapacityGate gate =
        new CapacityGate(
            dependencies.broker()::capacity, running::instances, clock, threads.scheduler());
    Gauge.builder("worker.processors.held", gate, CapacityGate::waiting)
        .description("processors that wait for room in the pool of instances")
        .register(registry);
    return gate;
  }

  private JobDependencies dependencies(GuestKey key) {
    BrokerEndpoint broker = SettingsCheck.endpoint(settings);
    return new JobDependencies(
        JobPolicy.of(settings),
        new WorkerFacts(
            hostname(),
            build.version(),
            settings.get(WorkerSettings.INFRA),
            settings.find(QueueSettings.QUEUE_NAME).orElse(""),
            settings.get(QueueSettings.QUEUE_TYPE).name().toLowerCase(Locale.ROOT)),
        side.reports(),
        side.logs(),
        new ScriptClient(
            settings,
            RetryPolicy.DEFAULT,
            settings.get(ScriptGeneratorSettings.BUILD_API_INSECURE_SKIP_VERIFY)
                ? Optional.of(InsecureTrust.context())
                : Optional.empty(),
            threads.steps(),
            threads.blocking(),
            threads.scheduler()),
        ImageSelector.byName(images()),
        leased(new BrokerClient(broker, RetryPolicy.DEFAULT, threads.steps(), threads.scheduler())),
        resources.own(
            "ssh",
            GuestSessions.start(
                key,
                GuestSessions.USER,
                settings.get(InstanceSettings.SSH_PORT),
                settings.get(InstanceSettings.SSH_KEEP_ALIVE),
                threads.steps())),
        BuildTraces.of(settings, wall, threads.steps(), threads.blocking()),
        startFailures,
        new JobMeters(registry),
        resources.own("traces", Traces.to(settings.find(Traces.COLLECTOR), "worker")),
        clock,
        threads.scheduler(),
        threads.steps(),
        threads.blocking());
  }

  /** Process for process another lease: what one leaves behind is not its successor's. */
  private BrokerClient leased(BrokerClient broker) {
    Duration duration = settings.get(InstanceSettings.INSTANCE_LEASE);
    if (duration.isZero()) {
      return broker;
    }
    String id = UUID.randomUUID().toString();
    resources.own("lease", new InstanceLease(broker, id, duration, threads.scheduler()));
    return broker.leasedBy(id);
  }

  private ImageSelector images() {
    return switch (settings.get(InstanceSettings.IMAGE_SELECTOR_TYPE)) {
      case ENV -> new SettingsImageSelector(settings);
      case API ->
          new ServiceImageSelector(
              settings.get(InstanceSettings.IMAGE_SELECTOR_URL),
              RetryPolicy.DEFAULT,
              threads.steps(),
              threads.scheduler());
    };
  }

  /** Watches the heartbeat's URL, if there is one. */
  void watchHeartbeat(Runnable drain) {
    settings
        .find(WorkerSettings.HEARTBEAT_URL)
        .ifPresent(
            url ->
                resources.own(
                    "heartbeat",
                    new Heartbeat(
                        url,
                        settings.find(WorkerSettings.HEARTBEAT_URL_AUTH_TOKEN),
                        drain,
                        Heartbeat.PACE,
                        threads.steps(),
                        threads.scheduler())));
  }

  private void command(JsonNode command) {
    if (command.path("type").asText().equals("cancel_job")) {
      String reason = command.path("reason").asText("");
      String source = command.path("source").asText("");
      running.cancel(command.path("job_id").asLong(), reason.isBlank() ? source : reason);
    } else {
      AmqpCommands.startFailures(command).ifPresent(startFailures::hear);
    }
  }

  private String hostname() {
    return settings
        .find(WorkerSettings.HOSTNAME)
        .orElseGet(
            () -> {
              try {
                return InetAddress.getLocalHost().getHostName();
              } catch (UnknownHostException e) {
                return "unknown";
              }
            });
  }
}
