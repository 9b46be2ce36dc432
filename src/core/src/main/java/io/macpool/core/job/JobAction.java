package io.macpool.core.job;

import java.time.Duration;
import java.util.Objects;

/** Something to do for a job. The shell does it and tells what came of it as {@link JobEvent}s. */
public sealed interface JobAction {

  /** One method a case: whoever carries out actions must be able to do them all. */
  interface Cases {
    void openLog();

    void publishReceived();

    void generateScript();

    void requestInstance();

    void awaitReachable(String instance);

    void uploadScript();

    void runScript();

    void reattach();

    void fetchTrace();

    void disconnect();

    void startTimer(Timer timer, Duration duration);

    void stopTimer(Timer timer);

    void releaseInstance(String instance);

    void closeLog(Settlement settlement);

    void report(Settlement settlement);

    void settleDelivery(boolean acked);

    void freeProcessor();
  }

  void match(Cases cases);

  /** Open the log with the worker's own lines. */
  record OpenLog() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.openLog();
    }
  }

  /** Tell the scheduler that the job was taken; nothing waits for it. */
  record PublishReceived() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.publishReceived();
    }
  }

  /** Ask the generator. */
  record GenerateScript() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.generateScript();
    }
  }

  /** Ask the broker; the answer is exactly one of created, full, refused. */
  record RequestInstance() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.requestInstance();
    }
  }

  /** Look until SSH answers. */
  record AwaitReachable(String instance) implements JobAction {
    public AwaitReachable {
      Objects.requireNonNull(instance, "instance");
    }

    @Override
    public void match(Cases cases) {
      cases.awaitReachable(instance);
    }
  }

  /** Log in and upload. */
  record UploadScript() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.uploadScript();
    }
  }

  /**
   * Unless the job has ended elsewhere meanwhile: tell the scheduler that it starts, start the
   * script, and stream its output to the log.
   */
  record RunScript() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.runScript();
    }
  }

  /** Reach the running script again and stream on from the byte where the log stopped. */
  record Reattach() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.reattach();
    }
  }

  /** Download the trace, at best effort. */
  record FetchTrace() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.fetchTrace();
    }
  }

  /** End the session: nothing the script still does counts. */
  record Disconnect() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.disconnect();
    }
  }

  /** Start a timer, from the beginning if it runs. */
  record StartTimer(Timer timer, Duration duration) implements JobAction {
    public StartTimer {
      Objects.requireNonNull(timer, "timer");
      Objects.requireNonNull(duration, "duration");
    }

    @Override
    public void match(Cases cases) {
      cases.startTimer(timer, duration);
    }
  }

  /** Stop a timer, if it runs. */
  record StopTimer(Timer timer) implements JobAction {
    public StopTimer {
      Objects.requireNonNull(timer, "timer");
    }

    @Override
    public void match(Cases cases) {
      cases.stopTimer(timer);
    }
  }

  /** Have the broker destroy the instance. */
  record ReleaseInstance(String instance) implements JobAction {
    public ReleaseInstance {
      Objects.requireNonNull(instance, "instance");
    }

    @Override
    public void match(Cases cases) {
      cases.releaseInstance(instance);
    }
  }

  /** End the log: with the last line and the final part, unless the job is abandoned. */
  record CloseLog(Settlement settlement) implements JobAction {
    public CloseLog {
      Objects.requireNonNull(settlement, "settlement");
    }

    @Override
    public void match(Cases cases) {
      cases.closeLog(settlement);
    }
  }

  /** Publish the finish or reset until it is confirmed. */
  record Report(Settlement settlement) implements JobAction {
    public Report {
      Objects.requireNonNull(settlement, "settlement");
    }

    @Override
    public void match(Cases cases) {
      cases.report(settlement);
    }
  }

  /** Ack the delivery, or leave it to go back to the queue with the connection. */
  record SettleDelivery(boolean acked) implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.settleDelivery(acked);
    }
  }

  /** The job is over; the processor may take another. */
  record FreeProcessor() implements JobAction {
    @Override
    public void match(Cases cases) {
      cases.freeProcessor();
    }
  }
}
