package io.macpool.core.job;

import io.macpool.core.GoDuration;
import java.time.Duration;
import java.util.Optional;

/**
 * From an outcome to what is told of it. Pure and total. What others said of a failure is for
 * operators, who find it in the worker's own log: end users are told in our words, without any
 * address.
 */
public final class SettlementPlanner {

  private SettlementPlanner() {}

  /**
   * The settlement of an outcome. A job that failed to start {@code limits.maxStartFailures} times,
   * for want of an instance that works or of a script, is errored: given back once more, it would
   * go round for ever.
   */
  public static Settlement settle(Outcome outcome, JobLimits limits) {
    return outcome.match(new Table(limits));
  }

  private record Table(JobLimits limits) implements Outcome.Cases<Settlement> {

    @Override
    public Settlement exited(int status) {
      return switch (status) {
        case 0 -> silently(Verdict.PASSED);
        case 1 -> silently(Verdict.FAILED);
        default -> silently(Verdict.ERRORED);
      };
    }

    @Override
    public Settlement exceeded(Timer timer, Duration limit) {
      return timer == Timer.HARD
          ? saying(
              Verdict.ERRORED,
              "The job exceeded the maximum time limit for jobs (%s), and has been terminated."
                  .formatted(GoDuration.format(limit)))
          : saying(
              Verdict.ERRORED,
              ("No output has been received in the last %s, this potentially indicates a stalled"
                      + " build or something wrong with the build itself.\n\n"
                      + "The build has been terminated.")
                  .formatted(GoDuration.format(limit)));
    }

    @Override
    public Settlement logTooLong(int limit) {
      return saying(
          Verdict.ERRORED,
          ("The job exceeded the maximum log length of %,d bytes (this usually means that the test"
                  + " suite is raising the same exception over and over), and has been terminated.")
              .formatted(limit));
    }

    @Override
    public Settlement cancelled(String reason) {
      return saying(
          Verdict.CANCELLED,
          reason.isBlank() ? "Done: Job Cancelled" : "Done: Job Cancelled: " + reason);
    }

    @Override
    public Settlement refused(String reason) {
      return saying(Verdict.ERRORED, reason);
    }

    @Override
    public Settlement noScript(String reason) {
      return failedStart(
          "The build script could not be generated yet (" + reason + ")",
          "An error occurred while generating the build script. (" + reason + ")");
    }

    @Override
    public Settlement noSlot(Duration waited) {
      return saying(
          Verdict.RESET,
          "No room for an instance in %s: %s".formatted(GoDuration.format(waited), AGAIN));
    }

    @Override
    public Settlement instanceFailed(String reason) {
      return failedInstance("The instance for this job failed to start (" + reason + ")");
    }

    @Override
    public Settlement sessionLost(String reason) {
      return failedInstance("The connection to this job's instance was lost (" + reason + ")");
    }

    @Override
    public Settlement stopped() {
      return saying(Verdict.RESET, "The worker is stopping: " + AGAIN);
    }

    @Override
    public Settlement takenElsewhere(String by) {
      return silently(Verdict.ABANDONED);
    }

    private static final String AGAIN = "the job will be run again.";

    private Settlement failedInstance(String what) {
      return failedStart(what, what);
    }

    private Settlement failedStart(String what, String inTheEnd) {
      long failures = limits.priorStartFailures() + 1L; // as others told it: any number
      String line =
          failures < limits.maxStartFailures()
              ? what + ": " + AGAIN
              : "%s, for the %d. time: the job is given up.".formatted(inTheEnd, failures);
      Verdict verdict = failures < limits.maxStartFailures() ? Verdict.RESET : Verdict.ERRORED;
      return new Settlement(verdict, Optional.of("\n\n" + line + "\n\n"), true);
    }

    private static Settlement silently(Verdict verdict) {
      return new Settlement(verdict, Optional.empty(), false);
    }

    private static Settlement saying(Verdict verdict, String line) {
      return new Settlement(verdict, Optional.of("\n\n" + line + "\n\n"), false);
    }
  }
}
