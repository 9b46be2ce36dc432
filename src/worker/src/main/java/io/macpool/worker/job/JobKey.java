package io.macpool.worker.job;

/** What tells one run of a job from others: a restarted job has its id again, but another uuid. */
public record JobKey(long jobId, String uuid) {

  static JobKey of(JobPayload job) {
    return new JobKey(job.jobId(), job.uuid());
  }
}
