package io.macpool.core.job;

import java.time.Duration;
import java.util.Objects;

/** Something that happened to a job. Any event may come in any phase. */
public sealed interface JobEvent {

  <R> R match(JobEventCases<R> cases);

  /** The payload was understood. */
  record Accepted() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.accepted();
    }
  }

  /** The payload is JSON of which no job can be made. */
  record Rejected(String reason) implements JobEvent {
    public Rejected {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.rejected(reason);
    }
  }

  /** The script is here. */
  record ScriptGenerated() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.scriptGenerated();
    }
  }

  /** The generator will not make a script of this job. */
  record ScriptRefused(String reason) implements JobEvent {
    public ScriptRefused {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.scriptRefused(reason);
    }
  }

  /** The generator can't be had for now. */
  record ScriptUnavailable(String reason) implements JobEvent {
    public ScriptUnavailable {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.scriptUnavailable(reason);
    }
  }

  /** The broker made an instance: from now on it is ours to release. */
  record InstanceCreated(String id) implements JobEvent {
    public InstanceCreated {
      Objects.requireNonNull(id, "id");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.instanceCreated(id);
    }
  }

  /** The broker has no room; it made nothing. */
  record SlotsFull(Duration retryAfter) implements JobEvent {
    public SlotsFull {
      Objects.requireNonNull(retryAfter, "retryAfter");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.slotsFull(retryAfter);
    }
  }

  /** The broker did not make an instance. */
  record InstanceRefused(String reason) implements JobEvent {
    public InstanceRefused {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.instanceRefused(reason);
    }
  }

  /**
   * The broker has not answered for so long that the job does not wait on: whether there is an
   * instance is not known yet, and will be told.
   */
  record InstanceUnanswered(String reason) implements JobEvent {
    public InstanceUnanswered {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.instanceUnanswered(reason);
    }
  }

  /**
   * The instance let nobody in as long as it may take to start.
   *
   * @param reason what it answered, in words for the job's readers
   */
  record LoginFailed(String reason) implements JobEvent {
    public LoginFailed {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.loginFailed(reason);
    }
  }

  /**
   * The instance is gone, or will never be usable.
   *
   * @param reason in words for the job's readers, or empty
   */
  record InstanceLost(String reason) implements JobEvent {
    public InstanceLost {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.instanceLost(reason);
    }
  }

  /** SSH answers. */
  record InstanceReachable() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.instanceReachable();
    }
  }

  /** The script is in the instance. */
  record ScriptUploaded() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.scriptUploaded();
    }
  }

  /** Login or upload failed, a stale instance included. */
  record UploadFailed(String reason) implements JobEvent {
    public UploadFailed {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.uploadFailed(reason);
    }
  }

  /** The script ended, its exit status was read. */
  record ScriptExited(int status) implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.scriptExited(status);
    }
  }

  /** The session ended without an exit status: says nothing of the script. */
  record SessionLost(String reason) implements JobEvent {
    public SessionLost {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.sessionLost(reason);
    }
  }

  /** The script is in sight again. */
  record SessionRegained() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.sessionRegained();
    }
  }

  /** The trace was fetched, or there is none to be had. */
  record TraceFetched() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.traceFetched();
    }
  }

  /** The log is as long as it may be. */
  record LogLimitReached() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.logLimitReached();
    }
  }

  /** Somebody cancelled the job; the reason may be blank. */
  record Cancelled(String reason) implements JobEvent {
    public Cancelled {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.cancelled(reason);
    }
  }

  /** Another worker has the delivery by now. */
  record TakenElsewhere(String by) implements JobEvent {
    public TakenElsewhere {
      Objects.requireNonNull(by, "by");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.takenElsewhere(by);
    }
  }

  /** The worker stops at once. */
  record WorkerStopping() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.workerStopping();
    }
  }

  /** A timer that ran for this job is over. */
  record TimerFired(Timer timer) implements JobEvent {
    public TimerFired {
      Objects.requireNonNull(timer, "timer");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.timerFired(timer);
    }
  }

  /** The last part of the log is confirmed, or given up. */
  record LogClosed() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.logClosed();
    }
  }

  /** The finish or reset is confirmed. */
  record ReportConfirmed() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.reportConfirmed();
    }
  }

  /** The finish or reset could not be confirmed while this worker lived. */
  record ReportGivenUp(String reason) implements JobEvent {
    public ReportGivenUp {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.reportGivenUp(reason);
    }
  }

  /** The delivery is acked, or no longer ours to ack. */
  record DeliverySettled() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.deliverySettled();
    }
  }

  /** The instance is gone, or left to the broker's own cleaning. */
  record InstanceReleased() implements JobEvent {
    @Override
    public <R> R match(JobEventCases<R> cases) {
      return cases.instanceReleased();
    }
  }
}
