package io.macpool.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.service.Resources;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.worker.file.FileQueue;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.LogSink;
import io.macpool.worker.job.Reports;
import io.macpool.worker.job.StartFailures;
import io.macpool.worker.queue.AmqpCommands;
import io.macpool.worker.queue.AmqpConnection;
import io.macpool.worker.queue.AmqpEndpoint;
import io.macpool.worker.queue.AmqpJobEvents;
import io.macpool.worker.queue.AmqpJobQueue;
import io.macpool.worker.queue.AmqpLogs;
import io.macpool.worker.queue.AmqpReports;
import io.macpool.worker.queue.AmqpThreads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Where jobs come from and what is told of them, wired from the settings.
 *
 * @param claims says something to all workers
 * @param channels why one of them keeps jobs from being run and told, by name
 * @param warnings what somebody should look at, though jobs are run and told
 * @param begin connects; to be called when everybody who needs a connection is there
 */
record QueueWiring(
    JobQueue jobs,
    Reports reports,
    LogSink logs,
    Consumer<StartFailures.Count> claims,
    Map<String, Supplier<Optional<String>>> channels,
    Map<String, Supplier<Optional<String>>> warnings,
    Runnable begin) {

  private static final int CONSUMER_THREADS = 4;

  static QueueWiring open(
      Settings settings,
      String hostname,
      Resources resources,
      WorkerThreads threads,
      Consumer<JsonNode> commands) {
    return switch (settings.get(QueueSettings.QUEUE_TYPE)) {
      case AMQP -> amqp(settings, hostname, resources, threads, commands);
      case FILE -> files(settings, resources);
    };
  }

  private static QueueWiring files(Settings settings, Resources resources) {
    Path base =
        Path.of(settings.get(QueueSettings.BASE_DIR))
            .resolve(settings.get(QueueSettings.QUEUE_NAME));
    Duration interval = settings.get(QueueSettings.FILE_POLLING_INTERVAL);
    FileQueue queue = resources.own("file queue", new FileQueue(base, interval));
    return new QueueWiring(queue, queue, queue, claim -> {}, Map.of(), Map.of(), queue::begin);
  }

  private static QueueWiring amqp(
      Settings settings,
      String hostname,
      Resources resources,
      WorkerThreads threads,
      Consumer<JsonNode> commands) {
    AmqpThreads amqpThreads = new AmqpThreads(threads.blocking(), threads.scheduler());
    AmqpConnection jobs =
        resources.own("amqp", connection("amqp", jobsEndpoint(settings), threads));
    // Always a connection of their own: a log never costs a job.
    AmqpConnection logging =
        resources.own("amqp-logs", connection("amqp-logs", logging(settings), threads));
    AmqpCommands heard = resources.own("commands", new AmqpCommands(jobs, commands, amqpThreads));
    Optional<AmqpJobEvents> events =
        settings
            .find(QueueSettings.JOB_EVENTS_EXCHANGE)
            .map(
                exchange ->
                    resources.own(
                        "job events",
                        new AmqpJobEvents(
                            jobs,
                            exchange,
                            hostname,
                            settings.find(QueueSettings.QUEUE_NAME).orElse(""),
                            amqpThreads)));
    AmqpReports reports =
        resources.own(
            "reports",
            new AmqpReports(
                jobs,
                settings.get(WorkerSettings.STATE_UPDATE_POOL_SIZE),
                report -> events.ifPresent(told -> told.tell(report)),
                amqpThreads));
    AmqpLogs logs =
        resources.own(
            "logs",
            AmqpLogs.spooling(
                logging,
                settings.get(QueueSettings.RABBITMQ_SHARDING),
                Path.of(settings.get(QueueSettings.LOG_SPOOL_DIR)),
                amqpThreads));
    AmqpJobQueue queue =
        new AmqpJobQueue(
            jobs,
            reports,
            settings.get(QueueSettings.QUEUE_NAME),
            settings.get(QueueSettings.AMQP_CONSUMER_PRIORITY),
            settings.get(QueueSettings.CLAIM_LEASE),
            amqpThreads);
    return new QueueWiring(
        queue,
        reports,
        logs,
        heard::send,
        Map.of("queue", queue::outage, "states", reports::outage, "commands", heard::outage),
        Map.of(
            "logs",
            logs::outage,
            "consumer timeout",
            queue::warning,
            "job events",
            () -> events.flatMap(AmqpJobEvents::outage)),
        () -> {
          logging.start();
          jobs.start();
        });
  }

  private static AmqpEndpoint logging(Settings settings) {
    return settings
        .find(QueueSettings.LOGS_AMQP_URI)
        .map(uri -> logsEndpoint(settings, uri))
        .orElseGet(() -> jobsEndpoint(settings));
  }

  private static AmqpConnection connection(
      String name, AmqpEndpoint endpoint, WorkerThreads threads) {
    return new AmqpConnection(name, endpoint, CONSUMER_THREADS, threads.scheduler());
  }

  static AmqpEndpoint jobsEndpoint(Settings settings) {
    return endpoint(
        settings,
        settings.get(QueueSettings.AMQP_URI),
        QueueSettings.AMQP_TLS_CERT,
        QueueSettings.AMQP_TLS_CERT_PATH);
  }

  static AmqpEndpoint logsEndpoint(Settings settings, Secret uri) {
    return endpoint(
        settings, uri, QueueSettings.LOGS_AMQP_TLS_CERT, QueueSettings.LOGS_AMQP_TLS_CERT_PATH);
  }

  private static AmqpEndpoint endpoint(
      Settings settings, Secret uri, Setting<String> certificates, Setting<String> file) {
    return new AmqpEndpoint(
        uri,
        settings.find(certificates),
        settings.find(file),
        "TRAVIS_WORKER_" + file.name(),
        settings.get(QueueSettings.AMQP_INSECURE),
        settings.get(QueueSettings.AMQP_HEARTBEAT));
  }
}
