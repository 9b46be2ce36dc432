package io.macpool.worker.job;

/**
 * What logs and reports show of this worker.
 *
 * @param queue its name; a job may say another
 */
public record WorkerFacts(String hostname, String version, String infra, String queue) {}
