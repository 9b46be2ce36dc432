package io.macpool.core.job;

import java.time.Duration;

/** One method an event: whoever looks at a {@link JobEvent} must think of them all. */
public interface JobEventCases<R> {
  R accepted();

  R rejected(String reason);

  R scriptGenerated();

  R scriptRefused(String reason);

  R scriptUnavailable(String reason);

  R instanceCreated(String id);

  R slotsFull(Duration retryAfter);

  R instanceRefused(String reason);

  R instanceUnanswered(String reason);

  R instanceLost(String reason);

  R loginFailed(String reason);

  R instanceReachable();

  R scriptUploaded();

  R uploadFailed(String reason);

  R scriptExited(int status);

  R sessionLost(String reason);

  R sessionRegained();

  R traceFetched();

  R logLimitReached();

  R cancelled(String reason);

  R takenElsewhere(String by);

  R workerStopping();

  R timerFired(Timer timer);

  R logClosed();

  R reportConfirmed();

  R reportGivenUp(String reason);

  R deliverySettled();

  R instanceReleased();
}
