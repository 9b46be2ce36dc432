package io.macpool.core.job;

import java.time.Duration;
import java.util.Objects;

/** How a job ended, before anybody has been told. */
public sealed interface Outcome {

  /** One method a case: whoever looks at an outcome must think of them all. */
  interface Cases<R> {
    R exited(int status);

    R exceeded(Timer timer, Duration limit);

    R logTooLong(int limit);

    R cancelled(String reason);

    R refused(String reason);

    R noScript(String reason);

    R noSlot(Duration waited);

    R instanceFailed(String reason);

    R sessionLost(String reason);

    R stopped();

    R takenElsewhere(String by);
  }

  <R> R match(Cases<R> cases);

  /** The script ended by itself. */
  record Exited(int status) implements Outcome {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.exited(status);
    }
  }

  /** The script ran, or was silent, too long. */
  record Exceeded(Timer timer, Duration limit) implements Outcome {
    public Exceeded {
      if (timer != Timer.HARD && timer != Timer.SILENCE) {
        throw new IllegalArgumentException(timer + " does not end a script");
      }
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.exceeded(timer, limit);
    }
  }

  /** The log grew past {@code limit} bytes. */
  record LogTooLong(int limit) implements Outcome {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.logTooLong(limit);
    }
  }

  /** Somebody cancelled it. */
  record Cancelled(String reason) implements Outcome {
    public Cancelled {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.cancelled(reason);
    }
  }

  /** The job can't be understood, or the generator won't make a script of it. */
  record Refused(String reason) implements Outcome {
    public Refused {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.refused(reason);
    }
  }

  /** The generator did not answer, or only with errors of its own. */
  record NoScript(String reason) implements Outcome {
    public NoScript {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.noScript(reason);
    }
  }

  /** The pool stayed full. */
  record NoSlot(Duration waited) implements Outcome {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.noSlot(waited);
    }
  }

  /** The instance could not be made, did not start, or did not take the script. */
  record InstanceFailed(String reason) implements Outcome {
    public InstanceFailed {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.instanceFailed(reason);
    }
  }

  /** The script was started, and then neither it nor its exit status could be reached again. */
  record SessionLost(String reason) implements Outcome {
    public SessionLost {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.sessionLost(reason);
    }
  }

  /** This worker was told to stop at once. */
  record Stopped() implements Outcome {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.stopped();
    }
  }

  /** The queue handed the job to another worker while ours was cut off. */
  record TakenElsewhere(String by) implements Outcome {
    public TakenElsewhere {
      Objects.requireNonNull(by, "by");
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.takenElsewhere(by);
    }
  }
}
