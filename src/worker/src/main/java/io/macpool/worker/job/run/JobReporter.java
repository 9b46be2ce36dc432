package io.macpool.worker.job.run;

import io.macpool.core.job.Settlement;
import io.macpool.core.job.Verdict;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.Reports;
import io.macpool.worker.job.StateReport;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Tells the scheduler of one job: numbers the reports and remembers the times they carry. */
final class JobReporter {

  private final JobPayload job;
  private final Reports reports;
  private final Clock clock;
  private final int priorStartFailures;
  private final Instant receivedAt;
  private final String traceId;
  private long updates;
  private Optional<Instant> startedAt = Optional.empty();

  JobReporter(
      JobPayload job,
      Reports reports,
      Clock clock,
      Instant receivedAt,
      String traceId,
      int priorStartFailures) {
    this.job = job;
    this.reports = reports;
    this.clock = clock;
    this.priorStartFailures = priorStartFailures;
    this.receivedAt = receivedAt;
    this.traceId = traceId;
    this.updates = job.stateUpdateCount();
  }

  CompletableFuture<Void> received(Optional<String> instance) {
    return publish(report("job:test:receive", "received", instance, Optional.empty(), 0));
  }

  CompletableFuture<Void> started(Optional<String> instance) {
    startedAt = Optional.of(clock.instant());
    return publish(report("job:test:start", "started", instance, Optional.empty(), 0));
  }

  CompletableFuture<Void> publish(StateReport report) {
    return reports.publish(report);
  }

  /** The last report of the job, numbered, to be published once it counts. */
  StateReport settlement(Settlement settlement, Optional<String> instance) {
    boolean reset = settlement.verdict() == Verdict.RESET;
    int failures = reset && settlement.isStartFailure() ? priorStartFailures + 1 : 0;
    Instant now = clock.instant();
    if (!reset && startedAt.isEmpty()) {
      startedAt =
          Optional.of(now); // schedulers reckon with both, as the Go worker always tells both
    }
    return report(
        reset ? "job:test:reset" : "job:test:finish",
        settlement.verdict().name().toLowerCase(Locale.ROOT),
        instance,
        Optional.of(now),
        failures);
  }

  private StateReport report(
      String event,
      String state,
      Optional<String> instance,
      Optional<Instant> finishedAt,
      int startFailures) {
    return new StateReport(
        UUID.randomUUID().toString(),
        event,
        job.jobId(),
        job.uuid(),
        job.repository(),
        state,
        updates++,
        startFailures,
        instance,
        job.vmSize(),
        job.trace(),
        traceId,
        job.queuedAt(),
        Optional.of(receivedAt),
        startedAt,
        finishedAt);
  }
}
