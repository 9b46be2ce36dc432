package io.macpool.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.RetryPolicy;
import io.macpool.service.AdminRoutes;
import io.macpool.service.BuildInfo;
import io.macpool.service.Health;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.Secret;
import io.macpool.service.Settings;
import io.macpool.service.SettingsException;
import io.macpool.worker.image.ImageSelector;
import io.macpool.worker.image.SettingsImageSelector;
import io.macpool.worker.job.CapacityGate;
import io.macpool.worker.job.DeliveryClaims;
import io.macpool.worker.job.Intake;
import io.macpool.worker.job.JobMeters;
import io.macpool.worker.job.JobPolicy;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.Neighbours;
import io.macpool.worker.job.ProcessorPool;
import io.macpool.worker.job.RunningJobs;
import io.macpool.worker.job.SlotGate;
import io.macpool.worker.job.StartFailures;
import io.macpool.worker.job.WorkerFacts;
import io.macpool.worker.queue.AmqpCommands;
import io.macpool.worker.queue.AmqpConnection;
import io.macpool.worker.queue.AmqpEndpoint;
import io.macpool.worker.queue.AmqpJobQueue;
import io.macpool.worker.queue.AmqpLogs;
import io.macpool.worker.queue.AmqpReports;
import io.macpool.worker.remote.RemoteControl;
import io.macpool.worker.script.InsecureTrust;
import io.macpool.worker.script.ScriptClient;
import io.macpool.worker.ssh.GuestKey;
import io.macpool.worker.ssh.GuestSessions;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Wires a worker from its settings; whatever it opens belongs to the given resources. */
final class WorkerSetup {

  private static final int CONSUMER_THREADS = 4;
  private static final long VERTX_END_SECONDS = 10;

  private final Resources resources;
  private final Settings settings;
  private final WorkerThreads threads;
  private final PrometheusMeterRegistry registry = Metrics.registry();
  private final Clock clock = Clock.systemUTC();
  private final BuildInfo build = BuildInfo.of("worker", Worker.class);
  private final List<AmqpConnection> connections = new ArrayList<>();
  private final RunningJobs running = new RunningJobs();
  private final DeliveryClaims claims;
  private final JobQueue queue;
  private final ProcessorPool pool;

  WorkerSetup(Resources resources, Settings settings) {
    this.resources = resources;
    this.settings = settings;
    check();
    this.threads = resources.own("threads", new WorkerThreads());
    AmqpConnection jobs = connection("amqp", endpoint());
    AmqpCommands commands = resources.own("commands", new AmqpCommands(jobs, this::command));
    this.claims = new DeliveryClaims(hostname() + "/" + UUID.randomUUID(), running, commands::send);
    Neighbours neighbours = neighbours(jobs);
    this.queue =
        new AmqpJobQueue(
            jobs,
            settings.get(WorkerSettings.QUEUE_NAME),
            settings.get(WorkerSettings.AMQP_CONSUMER_PRIORITY),
            threads.blocking(),
            threads.scheduler());
    Intake intake = new Intake(neighbours, running);
    queue.onReturn(() -> intake.reclaim(queue));
    this.pool =
        new ProcessorPool(
            neighbours.facts().hostname(), queue, intake, gate(neighbours), threads.steps());
    Gauge.builder("worker.pool.size", pool, p -> p.view().alive()).register(registry);
    Gauge.builder("worker.pool.expected", pool, p -> p.view().expected()).register(registry);
    Gauge.builder("worker.jobs.running", running, r -> r.all().size()).register(registry);
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
    connections.forEach(AmqpConnection::start);
  }

  Optional<RemoteControl> remoteControl(RemoteControl.Shutdown shutdown) {
    return settings
        .find(WorkerSettings.REMOTE_CONTROLLER_ADDR)
        .map(
            address -> {
              Vertx vertx = vertx();
              Health health = new Health().ready("queue", queue::outage);
              return resources.own(
                  "remote control",
                  RemoteControl.start(
                      vertx,
                      address,
                      settings.get(WorkerSettings.REMOTE_CONTROLLER_AUTH),
                      build,
                      new AdminRoutes(build, health, registry),
                      pool,
                      queue::outage,
                      shutdown,
                      clock));
            });
  }

  private SlotGate gate(Neighbours neighbours) {
    if (!settings.get(WorkerSettings.RESERVE_BEFORE_TAKE)) {
      return SlotGate.open();
    }
    CapacityGate gate =
        new CapacityGate(
            neighbours.broker()::capacity, running::instances, clock, threads.scheduler());
    Gauge.builder("worker.processors.held", gate, CapacityGate::waiting)
        .description("processors that wait for room in the pool of instances")
        .register(registry);
    return gate;
  }

  private Vertx vertx() {
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2));
    resources.own(
        "vertx",
        () ->
            vertx
                .close()
                .toCompletionStage()
                .toCompletableFuture()
                .get(VERTX_END_SECONDS, TimeUnit.SECONDS));
    return vertx;
  }

  private Neighbours neighbours(AmqpConnection jobs) {
    AmqpConnection logs =
        settings
            .find(WorkerSettings.LOGS_AMQP_URI)
            .map(uri -> connection("amqp-logs", logsEndpoint(uri)))
            .orElse(jobs);
    AmqpReports reports =
        resources.own(
            "reports", new AmqpReports(jobs, settings.get(WorkerSettings.STATE_UPDATE_POOL_SIZE)));
    AmqpLogs logSink =
        resources.own("logs", new AmqpLogs(logs, settings.get(WorkerSettings.RABBITMQ_SHARDING)));
    BrokerEndpoint broker = BrokerEndpoint.parse(settings.get(WorkerSettings.ENDPOINT).reveal());
    return new Neighbours(
        JobPolicy.of(settings),
        new WorkerFacts(
            hostname(),
            build.version(),
            settings.get(WorkerSettings.INFRA),
            settings.find(WorkerSettings.QUEUE_NAME).orElse("")),
        reports,
        logSink,
        new ScriptClient(
            settings,
            RetryPolicy.DEFAULT,
            settings.get(WorkerSettings.BUILD_API_INSECURE_SKIP_VERIFY)
                ? Optional.of(InsecureTrust.context())
                : Optional.empty(),
            threads.steps(),
            threads.scheduler()),
        ImageSelector.byName(new SettingsImageSelector(settings)),
        new BrokerClient(broker, RetryPolicy.DEFAULT, threads.steps(), threads.scheduler()),
        guests(),
        new StartFailures(),
        claims,
        new JobMeters(registry),
        clock,
        threads.scheduler(),
        threads.steps(),
        threads.blocking());
  }

  private GuestSessions guests() {
    GuestKey key =
        GuestKey.load(
            Path.of(settings.get(WorkerSettings.SSH_KEY_PATH)),
            settings.find(WorkerSettings.SSH_KEY_PASSPHRASE).map(Secret::reveal));
    return resources.own(
        "ssh",
        GuestSessions.start(
            key,
            settings.get(WorkerSettings.SSH_PORT),
            settings.get(WorkerSettings.SSH_KEEP_ALIVE),
            threads.blocking(),
            threads.steps()));
  }

  private AmqpConnection connection(String name, AmqpEndpoint endpoint) {
    AmqpConnection connection =
        resources.own(
            name, new AmqpConnection(name, endpoint, CONSUMER_THREADS, threads.scheduler()));
    connections.add(connection);
    return connection;
  }

  private AmqpEndpoint endpoint() {
    return new AmqpEndpoint(
        settings.get(WorkerSettings.AMQP_URI),
        settings.find(WorkerSettings.AMQP_TLS_CERT),
        settings.find(WorkerSettings.AMQP_TLS_CERT_PATH),
        settings.get(WorkerSettings.AMQP_INSECURE),
        settings.get(WorkerSettings.AMQP_HEARTBEAT));
  }

  private AmqpEndpoint logsEndpoint(Secret uri) {
    return new AmqpEndpoint(
        uri,
        settings.find(WorkerSettings.LOGS_AMQP_TLS_CERT),
        settings.find(WorkerSettings.LOGS_AMQP_TLS_CERT_PATH),
        settings.get(WorkerSettings.AMQP_INSECURE),
        settings.get(WorkerSettings.AMQP_HEARTBEAT));
  }

  private void command(JsonNode command) {
    if (command.path("type").asText().equals("cancel_job")) {
      String reason = command.path("reason").asText("");
      String source = command.path("source").asText("");
      running.cancel(command.path("job_id").asLong(), reason.isBlank() ? source : reason);
    } else {
      AmqpCommands.claim(command).ifPresent(claims::hear);
    }
  }

  /** Settings that are required only together with others. */
  private void check() {
    List<String> problems = new ArrayList<>();
    if (settings.find(WorkerSettings.AMQP_URI).isEmpty()) {
      problems.add("--amqp-uri is required: set it, or TRAVIS_WORKER_AMQP_URI");
    }
    if (settings.find(WorkerSettings.QUEUE_NAME).isEmpty()) {
      problems.add("--queue-name is required: set it, or TRAVIS_WORKER_QUEUE_NAME");
    }
    if (settings.find(WorkerSettings.REMOTE_CONTROLLER_ADDR).isPresent()
        && settings.find(WorkerSettings.REMOTE_CONTROLLER_AUTH).isEmpty()) {
      problems.add(
          "--remote-controller-auth is required with --remote-controller-addr: set it, or"
              + " TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH");
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
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
