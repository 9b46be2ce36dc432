package io.macpool.worker.job.run;

import io.macpool.core.job.JobEvent;
import io.macpool.core.job.Settlement;
import io.macpool.core.job.Verdict;
import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.StateReport;
import io.macpool.worker.job.log.JobLog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one job's end gets to the outside: its log, its report, its delivery, each when the machine
 * says so. Called from the job's mailbox; answers as events.
 */
final class JobSettlement {

  private static final Logger log = LoggerFactory.getLogger(JobSettlement.class);

  /** A log that can't be delivered must not keep the job's result back for longer. */
  private static final Duration LOG_CLOSE_DEADLINE = Duration.ofSeconds(30);

  private final JobPayload payload;
  private final JobDependencies dependencies;
  private final JobReporter reporter;
  private final JobLog output;
  private final int priorStartFailures;
  private final Consumer<JobEvent> tell;

  JobSettlement(
      JobPayload payload,
      JobDependencies dependencies,
      JobReporter reporter,
      JobLog output,
      int priorStartFailures,
      Consumer<JobEvent> tell) {
    this.payload = payload;
    this.dependencies = dependencies;
    this.reporter = reporter;
    this.output = output;
    this.priorStartFailures = priorStartFailures;
    this.tell = tell;
  }

  void closeLog(Settlement settlement) {
    if (settlement.verdict() == Verdict.ABANDONED) {
      output.abandon();
      tell.accept(new JobEvent.LogClosed());
      return;
    }
    CompletableFuture<Void> unused =
        output
            .close(settlement.lastLine())
            .orTimeout(LOG_CLOSE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (nothing, failure) -> {
                  if (failure != null) {
                    log.warn("the log of job {} is not confirmed whole", payload.jobId());
                  }
                  tell.accept(new JobEvent.LogClosed());
                });
  }

  /** Reports the end, once it is written down that it is this one that counts. */
  void report(Settlement settlement, Optional<String> instance, Delivery delivery) {
    remember(settlement);
    StateReport report = reporter.settlement(settlement, instance);
    CompletableFuture<Void> unused =
        delivery
            .endAs(report)
            .thenCompose(counts -> counts ? reporter.publish(report) : endedElsewhere())
            .whenComplete(
                (nothing, failure) ->
                    tell.accept(
                        failure == null
                            ? new JobEvent.ReportConfirmed()
                            : new JobEvent.ReportGivenUp(String.valueOf(failure.getMessage()))));
  }

  private CompletableFuture<Void> endedElsewhere() {
    log.warn("job {} was ended by another worker: that counts", payload.jobId());
    return CompletableFuture.completedFuture(null);
  }

  private void remember(Settlement settlement) {
    if (settlement.verdict() == Verdict.RESET && settlement.isStartFailure()) {
      dependencies.startFailures().tell(payload.jobId(), priorStartFailures + 1);
    } else if (settlement.verdict().isFinish() && priorStartFailures > 0) {
      dependencies.startFailures().tell(payload.jobId(), 0);
    }
  }

  void settle(boolean acked, Verdict verdict, Delivery delivery) {
    if (!acked && verdict != Verdict.ABANDONED) {
      tell.accept(new JobEvent.DeliverySettled());
      return;
    }
    CompletableFuture<Boolean> settled = acked ? delivery.ack() : delivery.leave();
    CompletableFuture<Void> unused =
        settled.thenAccept(took -> tell.accept(new JobEvent.DeliverySettled()));
  }
}
