package io.macpool.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.service.Resources;
import io.macpool.service.Secret;
import io.macpool.service.Setting;
import io.macpool.service.Settings;
import io.macpool.worker.file.FileQueue;
import io.macpool.worker.job.DeliveryClaims.Claim;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.LogSink;
import io.macpool.worker.job.Reports;
import io.macpool.worker.queue.AmqpCommands;
import io.macpool.worker.queue.AmqpConnection;
import io.macpool.worker.queue.AmqpEndpoint;
import io.macpool.worker.queue.AmqpJobQueue;
import io.macpool.worker.queue.AmqpLogs;
import io.macpool.worker.queue.AmqpReports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where jobs come from and what is told of them, wired from the settings.
 *
 * @param claims says something to all workers
 * @param begin connects; to be called when everybody who needs a connection is there
 */
record QueueSide(
    JobQueue jobs, Reports reports, LogSink logs, Consumer<Claim> claims, Runnable begin) {

  private static final int CONSUMER_THREADS = 4;

  static QueueSide open(
      Settings settings, Resources resources, WorkerThreads threads, Consumer<JsonNode> commands) {
    return switch (settings.get(QueueSettings.QUEUE_TYPE)) {
      case AMQP -> amqp(settings, resources, threads, commands);
      case FILE -> files(settings, resources);
    };
  }

  private static QueueSide files(Settings settings, Resources resources) {
    Path base =
        Path.of(settings.get(QueueSettings.BASE_DIR))
            .resolve(settings.get(QueueSettings.QUEUE_NAME));
    Duration interval = settings.get(QueueSettings.FILE_POLLING_INTERVAL);
    FileQueue queue = resources.own("file queue", new FileQueue(base, interval));
    return new QueueSide(queue, queue, queue, claim -> {}, () -> {});
  }

  private static QueueSide amqp(
      Settings settings, Resources resources, WorkerThreads threads, Consumer<JsonNode> commands) {
    AmqpConnection jobs =
        resources.own("amqp", connection("amqp", jobsEndpoint(settings), threads));
    Optional<AmqpConnection> ownLogs =
        settings
            .find(QueueSettings.LOGS_AMQP_URI)
            .map(uri -> connection("amqp-logs", logsEndpoint(settings, uri), threads))
            .map(connection -> resources.own("amqp-logs", connection));
    AmqpCommands heard = resources.own("commands", new AmqpCommands(jobs, commands));
    AmqpReports reports =
        resources.own(
            "reports", new AmqpReports(jobs, settings.get(WorkerSettings.STATE_UPDATE_POOL_SIZE)));
    AmqpLogs logs =
        resources.own(
            "logs",
            new AmqpLogs(ownLogs.orElse(jobs), settings.get(QueueSettings.RABBITMQ_SHARDING)));
    AmqpJobQueue queue =
        new AmqpJobQueue(
            jobs,
            reports,
            settings.get(QueueSettings.QUEUE_NAME),
            settings.get(QueueSettings.AMQP_CONSUMER_PRIORITY),
            longestHold(settings),
            threads.blocking(),
            threads.scheduler());
    return new QueueSide(
        queue,
        reports,
        logs,
        heard::send,
        () -> {
          ownLogs.ifPresent(AmqpConnection::start);
          jobs.start();
        });
  }

  /** How long a delivery may stay unacked when all goes as slowly as it may. */
  private static Duration longestHold(Settings settings) {
    return settings
        .get(WorkerSettings.HARD_TIMEOUT)
        .plus(settings.get(InstanceSettings.CAPACITY_WAIT))
        .plus(settings.get(WorkerSettings.STARTUP_TIMEOUT))
        .plus(settings.get(WorkerSettings.SCRIPT_UPLOAD_TIMEOUT));
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
