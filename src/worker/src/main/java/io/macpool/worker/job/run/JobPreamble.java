package io.macpool.worker.job.run;

import io.macpool.core.GoDuration;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.log.JobLog;
import io.macpool.worker.job.log.LogFold;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** What a job's log begins with: who runs it, where, and how long it took to get there. */
record JobPreamble(JobPayload job, String processor, JobDependencies dependencies) {

  /**
   * Writes it.
   *
   * @param requestedAt when the instance was asked for
   */
  void write(JobLog log, JobInstance instance, Instant requestedAt) {
    Duration startUp = Duration.between(requestedAt, dependencies.clock().instant());
    dependencies.meters().started(startUp);
    WorkerFacts facts = dependencies.facts();
    log.announce(meta(facts));
    log.write(
        LogFold.of(
            "worker_info",
            "Worker information",
            "hostname: " + processor,
            "version: " + facts.version(),
            "instance: %s %s (via %s)"
                .formatted(instance.id().orElse("unknown"), instance.image(), facts.queueType()),
            "startup: " + GoDuration.format(Duration.ofMillis(startUp.toMillis()))));
    instance.substitution().ifPresent(text -> log.write("\u001b[33;1m" + text + "\u001b[0m\n"));
  }

  private Map<String, String> meta(WorkerFacts facts) {
    Map<String, String> meta = new TreeMap<>();
    job.queuedAt().ifPresent(at -> meta.put("queued_at", at.toString()));
    meta.put("repo", job.repository());
    meta.put("queue", job.queue().isEmpty() ? facts.queue() : job.queue());
    meta.put("infra", facts.infra());
    return meta;
  }
}
