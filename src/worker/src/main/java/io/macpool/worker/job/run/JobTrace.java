package io.macpool.worker.job.run;

import io.macpool.core.job.Phase;
import io.macpool.core.job.Verdict;
import io.macpool.service.trace.Trace;
import io.macpool.service.trace.Traces;
import io.macpool.worker.job.JobPayload;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** One job's trace: how long it was in which phase. Used in the job's mailbox alone. */
final class JobTrace {

  private final Trace trace;
  private Instant since;

  JobTrace(Traces traces, JobPayload payload, Instant receivedAt) {
    this.trace =
        traces
            .begin("job", Optional.empty(), receivedAt)
            .with("job", Long.toString(payload.jobId()))
            .with("repository", payload.repository());
    this.since = receivedAt;
  }

  /** Names it in logs here and at the broker. */
  String id() {
    return trace.id();
  }

  /** What a call to the broker made for the job carries. */
  String header() {
    return trace.header();
  }

  void left(Phase phase, Instant at) {
    trace.part(label(phase), since, at);
    since = at;
  }

  void ended(Verdict verdict, Optional<String> instance, Instant at) {
    trace.with("verdict", label(verdict));
    instance.ifPresent(id -> trace.with("instance", id));
    // A job that fails is its author's matter: the trace of it went well.
    boolean ours = verdict == Verdict.ERRORED || verdict == Verdict.RESET;
    trace.end(at, ours ? Optional.of(label(verdict)) : Optional.empty());
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
