package io.macpool.worker.job.run;

/**
 * What logs and reports show of this worker.
 *
 * @param queue its name; a job may say another
 * @param queueType {@code amqp} or {@code file}
 */
public record WorkerFacts(
    String hostname, String version, String infra, String queue, String queueType) {}
